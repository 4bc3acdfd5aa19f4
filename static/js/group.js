// The page of a group: comforts only, everything works without this file.

// Attendance in place: the button stays under the finger, the list is taken from the page that the server answers with.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-inplace]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("people-part");
    if (!fresh) throw new Error(String(answer.status));
    const refusal = page.querySelector("[role=alert]");
    const person = form.closest("li").id;
    document.getElementById("people-part").replaceWith(fresh);
    document.querySelector("main > .errors")?.remove();
    if (refusal) {
      document.querySelector("main > .steps").before(refusal);
      refusal.focus();
    } else {
      document.querySelector(`#${person} button`)?.focus({ preventScroll: true });
    }
  } catch {
    // No connection, or an answer that is no page: the ordinary way says what is wrong.
    form.removeAttribute("data-inplace");
    form.requestSubmit(event.submitter);
  }
});

// The note sheet saves itself a moment after the last key, and says so.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const { saved, saving, offline, refused, conflict } = form.dataset;
  const state = form.querySelector("[data-state]");
  const box = form.elements.body;
  let pause, kept = box.value, stopped = false, busy = false;
  const say = (words) => { if (state.textContent !== words) state.textContent = words; };
  const save = async () => {
    const body = box.value;
    if (stopped || body === kept) return;
    // The answer brings the number that the next save builds on: one at a time.
    if (busy) { later(); return; }
    busy = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      if (answer.status === 409) { stopped = true; say(conflict); return; }
      // Too long, or no longer ours to write: the button leads to the page that says so.
      if (answer.status >= 400 && answer.status < 500) { say(refused); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const { base, saved: when } = await answer.json();
      form.elements.base.value = base;
      kept = body;
      say(`${saved} ${when}`);
      if (box.value !== kept) later();
    } catch {
      say(offline);
      later(5000);
    } finally {
      busy = false;
    }
  };
  const later = (wait = 1500) => { clearTimeout(pause); pause = setTimeout(save, wait); };
  box.addEventListener("input", () => { if (!stopped) { say(saving); later(); } });
  form.addEventListener("submit", () => { kept = box.value; clearTimeout(pause); });
  addEventListener("beforeunload", (event) => { if (box.value !== kept) event.preventDefault(); });
}
