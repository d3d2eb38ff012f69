// After the minutes that the clinic set without a touch or a key the page locks: the server opens nothing more until a
// password is typed, and what was half typed is kept. While the server is away nobody could be asked: then the words go
// from the screen, the clock and the next vitals stay, and a press of one button brings them back, so that the record can
// go on.
(() => {
  const { keys } = globalThis.tablet;
  const MINUTES = "lock after";
  const LAST = "touched";
  const form = document.querySelector("[data-lock]");
  if (!form) return;
  // The page that opens without the server does not know the clinic: it goes by what the last page said.
  const minutes = document.body.dataset.lockAfter ?? localStorage.getItem(MINUTES) ?? 15;
  localStorage.setItem(MINUTES, minutes);
  const AFTER = Number(minutes) * 60000;
  const cover = document.getElementById("cover");
  const touched = () => cover.hidden && localStorage.setItem(LAST, Date.now());
  const covered = [];
  let locking = false;

  const lock = async () => {
    if (locking || !cover.hidden) return;
    locking = true;
    for (const typed of document.querySelectorAll("[data-autosave]")) await globalThis.tablet.keepDraft?.(typed);
    form.elements.next.value = location.pathname;
    try {
      const body = new FormData(form);
      body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
      const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout?.(8000) });
      if (!answer.ok) throw new Error(answer.status);
      await keys.lock();
      location.replace("/locked/");
    } catch {
      hide();
    }
    locking = false;
  };

  const hide = () => {
    cover.hidden = false;
    for (const part of document.body.children) if (part !== cover && !part.hidden) covered.push(part);
    for (const part of covered) part.hidden = true;
    show();
  };
  const show = () => {
    if (cover.hidden) return;
    const zone = document.querySelector("[data-session]")?.dataset.zone;
    const due = document.querySelector("[data-due]");
    cover.querySelector("[data-now]").textContent = new Date().toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
    cover.querySelector("[data-next]").textContent = due?.textContent ?? "";
  };
  cover.querySelector("button").addEventListener("click", () => {
    cover.hidden = true;
    for (const part of covered.splice(0)) part.hidden = false;
    touched();
  });

  const check = () => (Date.now() - Number(localStorage.getItem(LAST)) > AFTER ? lock() : show());
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touched, { passive: true });
  document.addEventListener("visibilitychange", check);
  addEventListener("submit", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    lock();
  });
  touched();
  setInterval(check, 5000);
})();
