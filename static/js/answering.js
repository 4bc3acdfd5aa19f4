// The list of voices and the screen of one: comforts only, every link and button works without this file.

// --- Single keys: off while somebody types, and for good where they are switched off (WCAG 2.1.4) ----------------

const KEPT = "keys-off";

const kept = (write) => {
  try {
    if (write === undefined) return localStorage.getItem(KEPT);
    if (write) localStorage.setItem(KEPT, "1"); else localStorage.removeItem(KEPT);
  } catch { /* private mode: on until the page is left */ }
  return null;
};

const typing = (place) => place.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit])");

const listen = (panel, keys) => {
  const dialog = panel.querySelector("dialog");
  const on = panel.querySelector("[data-on]");
  panel.hidden = false;
  on.checked = !kept();
  on.addEventListener("change", () => kept(!on.checked));
  panel.querySelector("[data-open]").addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || dialog.open || typing(event.target)) return;
    const act = event.key === "?" ? () => dialog.showModal() : keys(event.key);
    if (!act || (event.key.length === 1 && !on.checked)) return;
    event.preventDefault();
    act();
  });
};

// --- The list: the link of a row holds the focus, so the row is read out -----------------------------------------

const rows = [...document.querySelectorAll("#result_list tbody tr")];
const link = (row) => row.querySelector("th a");
const here = () => rows.findIndex((row) => row.contains(document.activeElement));

const step = (by) => {
  const place = here();
  link(rows[place < 0 ? 0 : Math.min(Math.max(place + by, 0), rows.length - 1)])?.focus();
};

const tick = (said) => {
  const row = rows[here()];
  const box = row?.querySelector("input.action-select");
  if (!box) return;
  box.click();
  said.textContent = `${link(row).textContent}: ${box.checked ? said.dataset.chosen : said.dataset.left}`;
};

const panel = document.querySelector("[data-keys]");
if (panel && rows.length) {
  const acts = { j: () => step(1), k: () => step(-1), x: () => tick(panel.querySelector("[role=status]")) };
  // The arrows scroll the page until the focus is in the list.
  const arrows = { ArrowDown: acts.j, ArrowUp: acts.k };
  listen(panel, (key) => acts[key] ?? (here() >= 0 ? arrows[key] : undefined));
} else if (panel) {
  const links = [...document.querySelectorAll("[data-key]")];
  listen(panel, (key) => {
    const found = links.find((one) => one.dataset.key === key);
    return found && (() => found.click());
  });
}

// --- The screen: a template is put in without a visit, characters are counted, what is typed is left only on purpose --

const select = document.getElementById("template");

// On its button: whoever chooses with the arrows would have every template that they pass put in (WCAG 3.2.2).
select?.parentElement.querySelector("button").addEventListener("click", (event) => {
  event.preventDefault();
  const { outcome, reasons } = select.selectedOptions[0].dataset;
  if (reasons === undefined) return;
  const { form } = select;
  const box = form.elements.reasons;
  box.setRangeText(box.value.trim() ? `\n\n${reasons}` : reasons, box.value.trimEnd().length, box.value.length, "end");
  if (!form.querySelector("[name=outcome]:checked")) form.querySelector(`[name=outcome][value=${outcome}]`).checked = true;
  box.dispatchEvent(new Event("input"));
  box.focus();
});

for (const counter of document.querySelectorAll("[data-counter-of]")) {
  const box = document.getElementById(counter.dataset.counterOf);
  const limit = box.maxLength;
  // The browser would cut a pasted text without a word; the server says by how much it is too long.
  box.removeAttribute("maxlength");
  const count = () => {
    const left = limit - [...box.value].length;
    counter.textContent = left < 0 ? `${counter.dataset.over} ${-left}` : `${counter.dataset.left} ${left}`;
    counter.classList.toggle("over", left < 0);
  };
  counter.hidden = false;
  box.addEventListener("input", count);
  count();
}

document.querySelector("form.write [role=alert]")?.focus();

// One page has several forms: what stands in the others is lost when one of them is sent. A form that came back refused,
// data-guarded="typed", holds words that are saved nowhere, although they are its own from the beginning.
let sent = null;
const guarded = [...document.querySelectorAll("form[data-guarded]")];
const holdsWords = (sheet) => sheet.dataset.guarded === "typed" ||
  [...sheet.querySelectorAll("textarea, input[type=radio], input[type=text], input[type=date], input[type=url]")].some((field) =>
    field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
document.addEventListener("submit", (event) => { sent = event.target; });
addEventListener("beforeunload", (event) => {
  if (guarded.some((sheet) => sheet !== sent && holdsWords(sheet))) event.preventDefault();
});
