// The text of a version: comforts only, every page works without this file.
const text = document.querySelector(".act");
const chosen = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));

// A unit that is chosen by its number stays where it is on the screen.
text?.addEventListener("click", (event) => {
  const number = event.target.closest("a.no");
  if (!number || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const before = number.getBoundingClientRect().top;
  location.hash = number.hash;
  scrollBy(0, number.getBoundingClientRect().top - before);
});

// The citation of the chosen unit, to be copied: a button below its own words, in its row if that is there already.
const rowOf = (unit) => {
  const words = unit.matches("h2") ? unit : unit.querySelector(":scope > p, :scope > div > p, :scope > .scroll");
  if (words.nextElementSibling?.matches(".do")) return words.nextElementSibling;
  const made = document.createElement("p");
  made.className = "do still";
  made.lang = document.documentElement.lang;
  words.after(made);
  return made;
};

const offerCitation = () => {
  const unit = chosen();
  if (!unit || !text?.contains(unit) || !text.dataset.cited || !navigator.clipboard) return;
  const row = rowOf(unit);
  if (row.querySelector("button")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: text.dataset.offer });
  const state = document.createElement("span");
  state.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    const citation = unit.querySelector(".no").getAttribute("aria-label");
    await navigator.clipboard.writeText(`${citation} – ${text.dataset.cited}, ${location.origin}${location.pathname}#${unit.id}`);
    state.textContent = text.dataset.done;
  });
  row.append(button, state);
};

// What is folded away opens for whoever comes to it.
const unfold = () => {
  for (let fold = chosen()?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
};

const arrive = () => { unfold(); offerCitation(); };
addEventListener("hashchange", arrive);
arrive();

// Contents are open beside the text, folded above it.
const contents = document.querySelector(".toc details");
if (contents) {
  const wide = matchMedia("(min-width: 60rem)");
  const fit = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
  // The chapter on the screen stays in sight in a long list.
  const list = contents.querySelector("ol");
  new MutationObserver(() => {
    const current = list.querySelector("[aria-current]");
    if (!current) return;
    const { top, bottom } = list.getBoundingClientRect();
    const at = current.getBoundingClientRect();
    if (at.top < top || at.bottom > bottom) list.scrollTop += at.top - top - list.clientHeight / 3;
  }).observe(list, { subtree: true, attributeFilter: ["aria-current"] });
}
