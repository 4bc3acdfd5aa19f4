// Comforts only: every page works without this file. Words come from data attributes of <body>.
const words = document.body.dataset;
const all = (selector, root = document) => root.querySelectorAll(selector);

// What is wrong is said first: screen readers start there, and the links in it lead to the fields.
document.querySelector(".errors")?.focus();

// Characters left. The browser's own maxlength would cut a pasted text without a word, so it is lifted:
// the visitor sees by how much the text is too long, and the server says so too.
for (const box of all("[data-counter]")) {
  const limit = Number(box.dataset.counter) || box.maxLength;
  if (limit <= 0) continue;
  box.removeAttribute("maxlength");
  const counter = document.createElement("p");
  counter.className = "counter";
  box.after(counter);
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("aria-live", "polite");
  counter.after(spoken);
  let pause;
  const count = () => {
    // As the server counts: by character, not by half of an emoji, and a line break is sent as two.
    const left = limit - [...box.value.replace(/\n/g, "\r\n")].length;
    counter.textContent = left < 0 ? `${words.over} ${-left}` : `${words.left} ${left}`;
    counter.classList.toggle("over", left < 0);
    clearTimeout(pause);
    pause = setTimeout(() => { spoken.textContent = counter.textContent; }, 1500);
  };
  box.addEventListener("input", count);
  count();
}

// Unsent text stays in this tab until the receipt is shown.
const drafts = {
  key: (form) => `draft:${form.dataset.draft}:${location.pathname}${location.search}`,
  fields: (form) => [...form.elements].filter((field) =>
    field.name && !field.closest(".away") && (!["hidden", "password", "file", "submit", "button"].includes(field.type) || "kept" in field.dataset)),
  keep(form) {
    const typed = this.fields(form).map((f) => [f.name, f.value, ["radio", "checkbox"].includes(f.type) ? f.checked : null]);
    try { sessionStorage.setItem(this.key(form), JSON.stringify(typed)); } catch { /* private mode: nothing to keep in */ }
  },
  restore(form) {
    // A form given back by the server already holds what was typed, and may hold more.
    if (all(".errors", form).length || "draftKept" in form.dataset) { this.keep(form); return; }
    let typed;
    try { typed = JSON.parse(sessionStorage.getItem(this.key(form)) ?? "[]"); } catch { return; }
    let changed = false;
    for (const [name, value, checked] of typed) {
      const field = this.fields(form).find((f) => f.name === name && (checked === null || f.value === value));
      if (!field) continue;
      if (checked !== null) {
        changed ||= field.checked !== checked;
        field.checked = checked;
      } else if (field.value === field.defaultValue || field.type === "select-one") {
        changed ||= field.value !== value;
        field.value = value;
        field.dispatchEvent(new Event("input"));
      }
    }
    if (changed) {
      const note = document.createElement("p");
      note.className = "notice";
      note.setAttribute("role", "status");
      note.textContent = words.restored;
      form.prepend(note);
    }
  },
  forgetAll() {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("draft:")) sessionStorage.removeItem(key);
  },
};
if (document.querySelector("[data-draft-done]")) {
  try { drafts.forgetAll(); } catch { /* storage switched off */ }
}
for (const form of all("form[data-draft]")) {
  drafts.restore(form);
  form.addEventListener("input", () => drafts.keep(form));
}

// A second click sends nothing twice. The button is not disabled: its name has to travel with the form.
for (const form of all("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => ready(form), 10000);
  });
}
const ready = (form) => {
  delete form.dataset.sent;
  for (const button of all("[aria-disabled]", form)) button.removeAttribute("aria-disabled");
};
addEventListener("pageshow", (event) => { if (event.persisted) all("form").forEach(ready); });

// What was left empty does not stand in the address that people share.
for (const form of all("form[method=get]")) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (!value) formData.delete(name);
  });
}

// The link to share.
for (const button of all("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.nextElementSibling.textContent = button.dataset.copied ?? words.copied;
  });
}

// Which chapter is on the screen: the last whose heading has passed the upper third.
const chapters = new Map([...all(".toc a[href^='#']")].map((link) => [document.getElementById(link.hash.slice(1)), link]));
chapters.delete(null);
const seen = new IntersectionObserver(() => {
  const current = [...chapters.keys()].findLast((heading) => heading.getBoundingClientRect().top < innerHeight * 0.34);
  for (const [heading, link] of chapters) {
    if (heading === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}, { rootMargin: "0px 0px -67% 0px" });
for (const heading of chapters.keys()) seen.observe(heading);
