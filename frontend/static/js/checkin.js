// The check-in: a tap brings the next question up, the answers survive a closed tab, a second tap sends nothing twice.
// Without this file the form works all the same.
(() => {
  const form = document.getElementById("checkin");
  const store = `draft:${form.dataset.draft}`;
  const DAY = 24 * 60 * 60 * 1000;
  const questions = [...form.querySelectorAll(".question")];
  const said = form.querySelector("[data-answered]");
  const offline = form.querySelector(".offline");
  const send = form.querySelector("[value=all]");
  const clear = form.querySelector("[data-clear]");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const answered = (question) => question.querySelector(":checked");

  const count = () => {
    showWhatIsAsked(form);
    const n = questions.filter(answered).length;
    said.textContent = n ? said.dataset.answered.replace("%n", n) : "";
    clear.hidden = !n;
  };

  const keep = () => {
    const answers = questions.map(answered).filter(Boolean).map((input) => [input.name, input.value]);
    try {
      localStorage.setItem(store, JSON.stringify({ at: Date.now(), key: form.elements.key.value, answers }));
    } catch {
      // A phone without storage keeps nothing; the page itself still holds the answers.
    }
  };

  const restore = () => {
    try {
      for (const name of Object.keys(localStorage).filter((name) => name.startsWith("draft:"))) {
        if (Date.now() - JSON.parse(localStorage.getItem(name)).at > DAY) localStorage.removeItem(name);
      }
      const draft = JSON.parse(localStorage.getItem(store));
      if (!draft || form.querySelector(":checked")) return;
      form.elements.key.value = draft.key;
      for (const [name, value] of draft.answers) {
        const input = form.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
        if (input) input.checked = true;
      }
    } catch {
      // As above.
    }
  };

  // Only a pointer moves on: arrow keys choose among the answers of a question and must stay there.
  let byPointer = false;
  // The page does not move under a finger that is on its way: its tap would fall on another question.
  let moving;
  form.addEventListener("pointerdown", () => {
    byPointer = true;
    clearTimeout(moving);
  });
  form.addEventListener("keydown", () => (byPointer = false));
  form.addEventListener("change", (event) => {
    count();
    keep();
    const at = questions.indexOf(event.target.closest(".question"));
    if (at < 0 || !byPointer || event.target.hasAttribute("data-unsafe")) return;
    const next = questions.slice(at + 1).find((question) => !question.hidden) ?? form.querySelector(".send");
    moving = setTimeout(() => next.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "start" }), 250);
  });

  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      offline.hidden = false;
      offline.scrollIntoView({ block: "center" });
      return;
    }
    if (send.getAttribute("aria-disabled") === "true") return event.preventDefault();
    send.setAttribute("aria-disabled", "true");
    send.textContent = form.dataset.sending;
  });
  addEventListener("online", () => (offline.hidden = true));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    send.removeAttribute("aria-disabled");
    location.reload();
  });

  clear.addEventListener("click", () => {
    form.reset();
    for (const input of form.querySelectorAll(":checked")) input.checked = false;
    localStorage.removeItem(store);
    count();
    questions[0].scrollIntoView();
  });

  // A page that answers a sending is gone back to and loaded again as the form it is: else the browser asks whether to send
  // it once more, on an error page of its own.
  history.replaceState(null, "", location.href);
  restore();
  count();
  document.querySelector("[data-focus]")?.focus();
})();
