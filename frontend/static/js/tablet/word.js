// Says every 20 seconds that this page of a session is open, and how many of its rows are not in the record yet: the board
// shows it to the others.
(() => {
  const EVERY = 20000;
  const NO_ID = "00000000-0000-0000-0000-000000000000";
  const { state } = globalThis.tablet;
  const here = document.querySelector("[data-session]");
  const address = document.body.dataset.wordOf?.replace(NO_ID, here?.dataset.session);
  if (!here || !address) return;

  const unsent = () => state.rows.filter((entry) => entry.row.session === here.dataset.session).length;
  let said;

  const say = (leaving) => {
    said = unsent();
    fetch(address, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" },
      body: JSON.stringify({ unsent: said, leaving }),
    }).catch(() => {}); // Silence is what the board shows then.
  };

  say(false);
  setInterval(() => say(false), EVERY);
  document.addEventListener("tablet:rows", () => unsent() !== said && say(false));
  addEventListener("pagehide", () => say(true));
  addEventListener("pageshow", (event) => event.persisted && say(false));
})();
