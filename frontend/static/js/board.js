// The board between two looks at the server: minutes count on, and what could not be read anew is said.
// Without this file the page reloads itself every half minute.
(() => {
  const board = document.getElementById("board");
  const stale = document.querySelector("[data-stale]");
  const tiles = new URL(board.getAttribute("hx-get"), location.href).href;
  let ahead = 0;

  // The server's clock counts: a tablet's own may be off.
  const note = () => (ahead = Date.now() - new Date(board.querySelector("[data-now]").dataset.now));
  const now = () => Date.now() - ahead;

  const tick = () => {
    for (const minute of board.querySelectorAll("[data-minute]")) {
      minute.textContent = Math.max(0, Math.floor((now() - new Date(minute.dataset.minute)) / 60000));
    }
    for (const line of board.querySelectorAll("[data-vitals]")) {
      const late = Math.floor((now() - new Date(line.dataset.vitals)) / 60000);
      line.classList.toggle("due-over", late >= 0);
      line.textContent = late >= 0 ? `Vitals overdue since ${line.dataset.clock}` : `Next vitals at ${line.dataset.clock}, in ${-late} min`;
    }
  };

  const isOld = (words) => {
    stale.textContent = `${words} What you see is from ${board.querySelector("[data-as-of]").textContent}.`;
    stale.hidden = false;
  };

  board.addEventListener("htmx:beforeSwap", (event) => {
    // Signed out meanwhile: the sign-in page does not belong into the board.
    if (event.detail.xhr.responseURL !== tiles) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });
  board.addEventListener("htmx:afterSwap", () => {
    stale.hidden = true;
    note();
    tick();
  });
  board.addEventListener("htmx:sendError", () => isOld("The server is not reached."));
  board.addEventListener("htmx:timeout", () => isOld("The server does not answer."));
  board.addEventListener("htmx:responseError", (event) => isOld(event.detail.xhr.status === 403 ? "This board is not open to you any more. Reload the page." : "The server could not show the board."));
  // A board that was put aside and comes back is read at once.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  note();
  tick();
  setInterval(tick, 5000);
})();
