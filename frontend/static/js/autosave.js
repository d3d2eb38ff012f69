// What is typed is kept a moment after each pause, so that a reload, a flat battery or a call loses none of it.
// A form whose fields are all complete sends itself. Without this file the buttons do.
(() => {
  const PAUSE = 600;
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

  for (const form of document.querySelectorAll("[data-autosave]")) {
    const names = Object.fromEntries((form.dataset.draftNames ?? "").split(" ").filter(Boolean).map((pair) => pair.split("=")));
    const status = form.querySelector("[data-saved]");
    const complete = (form.dataset.complete ?? "").split(" ").filter(Boolean);
    const typed = new Map();
    let timer;
    let sending = false;

    const keep = async (keepalive = false) => {
      clearTimeout(timer);
      if (sending || !typed.size) return;
      const now = [...typed];
      const body = new URLSearchParams(now);
      typed.clear();
      try {
        const answer = await fetch(form.dataset.autosave, { method: "POST", body, keepalive, headers: { "X-CSRFToken": token } });
        if (!answer.ok) throw new Error(answer.status);
        if (status) status.textContent = "Kept while you type.";
      } catch {
        for (const [name, value] of now) if (!typed.has(name)) typed.set(name, value);
        if (status) status.textContent = "Not kept: the server was not reached. It is still on this page.";
      }
    };

    form.addEventListener("input", (event) => {
      if (event.target.name === "csrfmiddlewaretoken") return;
      typed.set(names[event.target.name] ?? event.target.name, event.target.value);
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE);
      if (complete.length && advance(form, event.target, complete)) form.requestSubmit();
    });

    // A row that is on its way leaves no draft behind it; a tab that closes leaves what was typed up to then.
    form.addEventListener("submit", () => {
      sending = true;
      clearTimeout(timer);
    });
    addEventListener("pageshow", () => (sending = false));
    addEventListener("pagehide", () => keep(true));
  }

  // A vital sign is whole when another digit could not belong to it: 144, 92, 88, 97, but 1 or 10 may go on.
  const isWhole = (value) => /^(\d{3}|[3-9]\d)$/.test(value);

  function advance(form, input, names) {
    if (!isWhole(input.value)) return false;
    const next = form.elements[names[names.indexOf(input.name) + 1]];
    if (next && !next.value) next.focus();
    return names.every((name) => isWhole(form.elements[name].value));
  }

  for (const clock of document.querySelectorAll("[data-since]")) {
    const tick = () => {
      const seconds = Math.max(0, Math.floor((Date.now() - new Date(clock.dataset.since)) / 1000));
      clock.textContent = `· ${Math.floor(seconds / 60)} min`;
    };
    tick();
    setInterval(tick, 10000);
  }
  document.querySelector("[data-focus]")?.focus();
})();
