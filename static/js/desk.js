// The drafting desk: comforts only, every button works without this file.

const form = document.getElementById("drafting");
const KEYS = { Enter: "edit", Insert: "add", Delete: "remove" };
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "indent", ArrowLeft: "outdent" };

const ask = async (address, body) => {
  const answer = await fetch(address, body ? { method: "POST", body } : {});
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

// One thing at a time: a key that is held down, or a button pressed twice, must not do it twice.
let busy = false;
const once = async (act) => {
  if (busy) return;
  busy = true;
  try { await act(); } finally { busy = false; }
};

// --- The whole text: one unit is chosen, keys and buttons act on it in place --------------------------------

const chosen = () => form.querySelector("input[name=unit]:checked");
const opened = () => document.getElementById("unit-form");

const take = (page) => {
  // What the server shows now, in place of what stood here: the scroll and the focus stay.
  for (const part of [".drafting", ".said"]) {
    const fresh = page.querySelector(`#drafting ${part}`);
    if (!fresh) throw new Error("This is another page.");
    form.querySelector(part).replaceChildren(...fresh.childNodes);
  }
  chosen().focus({ preventScroll: true });
  chosen().closest(".u").scrollIntoView({ block: "nearest" });
};

const open = (page, address) => {
  const sheet = page.getElementById("unit-form");
  if (!sheet) return false;
  opened()?.remove();
  sheet.action = address;
  // A form cannot stand in a form: it stands in the list only to the eye.
  form.after(sheet);
  sheet.classList.add("in-place");
  chosen().closest(".u").classList.add("edited");
  sheet.querySelector(".closelink").addEventListener("click", (event) => { event.preventDefault(); close(); });
  pick(sheet);
  (sheet.querySelector("[role=alert]") ?? sheet.querySelector("textarea, input:not([type=hidden]), select")).focus();
  chosen().closest(".u").scrollIntoView({ block: "nearest" });
  return true;
};

// A sheet that the server gave back with a mistake marked holds what was typed, too. (Its property `elements` is a field.)
const holdsWords = (sheet) => sheet.querySelector("[role=alert]") || [...sheet.querySelectorAll("input, textarea")].some((field) =>
  field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

const close = () => {
  const sheet = opened();
  if (holdsWords(sheet) && !confirm(form.dataset.lost)) return;
  sheet.remove();
  form.querySelector(".edited")?.classList.remove("edited");
  chosen()?.focus();
};

const act = async (name) => {
  if (name !== "edit" && name !== "add") return take(await ask(form.dataset.address, new FormData(form, button(name))));
  if (opened()) return opened().querySelector("textarea, input:not([type=hidden])").focus();
  const address = new URL(form.dataset.address + (name === "add" ? `new/?near=${chosen().value}` : `${chosen().value}/`), location.href);
  if (!open(await ask(address), address)) throw new Error("This is another page.");
};

const button = (name) => form.querySelector(`.tools button[value=${name}]`);

const save = async (sheet) => {
  // Whoever has signed in again meanwhile has another token.
  if (sheet.querySelector(".unsaved")) {
    const token = (root) => root.querySelector("[name=csrfmiddlewaretoken]");
    token(sheet).value = token(await ask(form.dataset.address)).value;
  }
  const page = await ask(sheet.action, new FormData(sheet));
  if (open(page, sheet.action)) return;
  take(page);
  sheet.remove();
};

const unsaved = (sheet) => {
  sheet.querySelector(".unsaved")?.remove();
  const told = Object.assign(document.createElement("p"), { className: "errornote unsaved", tabIndex: -1, textContent: form.dataset.unsaved });
  told.setAttribute("role", "alert");
  sheet.prepend(told);
  told.focus();
};

if (form) {
  form.addEventListener("submit", (event) => {
    const name = event.submitter?.value;
    if (["split", "merge", "move", "remove"].includes(name) || !chosen()) return;
    event.preventDefault();
    // No connection, or an answer that is no page: the ordinary way says what is wrong.
    once(() => act(name).catch(() => {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "act", value: name }));
      form.submit();
    }));
  });
  form.addEventListener("keydown", (event) => {
    if (event.target.name !== "unit" || event.ctrlKey || event.metaKey) return;
    const name = event.altKey ? ARROWS[event.key] : KEYS[event.key];
    if (!name) return;
    event.preventDefault();
    button(name).click();
  });
  document.addEventListener("submit", (event) => {
    const sheet = event.target;
    if (sheet !== opened()) return;
    event.preventDefault();
    once(() => save(sheet).catch(() => unsaved(sheet)));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened()) close();
  });
  addEventListener("beforeunload", (event) => {
    if (opened() && holdsWords(opened())) event.preventDefault();
  });
}

// --- The sheet of one unit: references are picked from the list, fields of other kinds step aside --------------

const HEADED = ["chapter", "annex", "paragraph", "table"];

const pick = (root) => {
  const place = root.querySelector("select[name=place]");
  // A field that does not fit but holds words stays in sight: the server will say what to do with them.
  const fit = (name, fits) => {
    const row = root.querySelector(`.row-${name}`);
    row.hidden = !fits && !row.querySelector("input, textarea").value;
  };
  const fitAll = () => {
    const kind = place.value.split(":")[1];
    fit("cells", kind === "table");
    fit("text", kind !== "table");
    fit("heading", HEADED.includes(kind));
  };
  place?.addEventListener("change", fitAll);
  if (place) fitAll();
  for (const row of root.querySelectorAll("[data-pick]")) {
    const box = root.querySelector(`#${row.dataset.pick}`);
    row.hidden = false;
    row.querySelector("button").addEventListener("click", () => {
      box.setRangeText(`{${row.querySelector("select").value}}`, box.selectionStart, box.selectionEnd, "end");
      box.focus();
    });
  }
  (root.id ? root : root.getElementById("unit-form"))?.addEventListener("keydown", (event) => {
    // Not from the note that says what is wrong: whoever pressed twice has not read it yet.
    if (event.key === "Enter" && event.ctrlKey && !event.repeat && !event.target.closest("[role=alert]")) event.currentTarget.requestSubmit();
  });
};
if (!form) pick(document);

// --- What the worker makes: looked at again until it is there -------------------------------------------------

const watched = document.querySelector("[data-watch=on]");
const LOOK_EVERY = 3000; // ms

const look = async () => {
  const page = await ask(location.href);
  const fresh = page.querySelector("[data-watch]");
  if (!fresh) return location.reload();
  if (watched.textContent !== fresh.textContent) watched.replaceChildren(...fresh.childNodes);
  const made = document.getElementById("made");
  const held = made?.contains(document.activeElement) ? document.activeElement : null;
  made?.replaceChildren(...page.getElementById("made").childNodes);
  if (held?.value) made.querySelector(`[name="${held.name}"][value="${held.value}"]`)?.focus();
  if (fresh.dataset.watch) lookAgain();
};
const lookAgain = () => setTimeout(() => look().catch(lookAgain), LOOK_EVERY);
if (watched) lookAgain();
