// What is typed is kept a moment after each pause, so that a reload, a flat battery or a call loses none of it.
// Without this file the buttons do.
(() => {
  const PAUSE = 600;
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

  for (const form of document.querySelectorAll("[data-autosave]")) {
    const names = Object.fromEntries((form.dataset.draftNames ?? "").split(" ").filter(Boolean).map((pair) => pair.split("=")));
    const status = form.querySelector("[data-saved]");
    const typed = new Map();
    let timer;
    let sending = false;

    const keep = async (keepalive = false) => {
      clearTimeout(timer);
      if (sending || !typed.size) return;
      const now = [...typed];
      const body = new URLSearchParams(now);
      typed.clear();
      // On the tablet first: it stays there until the server has it.
      const kept = globalThis.tablet?.keepDraft?.(form);
      if (!keepalive) await kept;
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body, keepalive, headers: { "X-CSRFToken": token } });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        if (!typed.size) globalThis.tablet?.dropDraft?.(form);
        if (status) status.textContent = "Kept while you type.";
      } catch {
        for (const [name, value] of now) if (!typed.has(name)) typed.set(name, value);
        if (status) status.textContent = "The server was not reached: kept on this tablet while you type.";
      }
    };

    form.addEventListener("input", (event) => {
      if (event.target.name === "csrfmiddlewaretoken") return;
      typed.set(names[event.target.name] ?? event.target.name, event.target.value);
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE);
    });

    // A row that is on its way leaves no draft behind it; a tab that closes leaves what was typed up to then.
    form.addEventListener("submit", () => {
      sending = true;
      clearTimeout(timer);
    });
    // The pad saved a row without leaving the page: nothing of it is a draft any more.
    form.addEventListener("cleared", () => {
      for (const field of form.querySelectorAll("[data-slot], select, textarea")) typed.set(names[field.name] ?? field.name, "");
      keep().then(() => status?.replaceChildren());
    });
    addEventListener("pageshow", () => (sending = false));
    addEventListener("pagehide", () => keep(true));
  }

  for (const clock of document.querySelectorAll("span[data-since]")) {
    const tick = () => {
      const seconds = Math.max(0, Math.floor((Date.now() - new Date(clock.dataset.since)) / 1000));
      clock.textContent = `· ${Math.floor(seconds / 60)} min`;
    };
    tick();
    setInterval(tick, 10000);
  }
  document.querySelector("[data-focus]")?.focus();
})();
