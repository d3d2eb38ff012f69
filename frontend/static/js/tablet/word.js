// Says every 20 seconds that a page of a session is open on this tablet, and how many rows of it are not in the record yet:
// the board shows it to the others, and a signature waits for the tablets that may hold rows. A page that closed while the
// wifi was gone could not say goodbye: the next page of this tablet does.
(() => {
  const EVERY = 20000;
  const GONE_AFTER = 120000;
  const NO_ID = "00000000-0000-0000-0000-000000000000";
  const NAME = "sextant: tablet";
  const OPEN = "sextant: open";
  const { state } = globalThis.tablet;
  const here = document.querySelector("[data-session]")?.dataset.session;
  // A name that says nothing of anybody, and the sessions open here: when their pages last said so.
  const tablet = localStorage.getItem(NAME) ?? crypto.randomUUID();
  localStorage.setItem(NAME, tablet);

  const open = () => JSON.parse(localStorage.getItem(OPEN) ?? "{}");
  const note = (session, at) => localStorage.setItem(OPEN, JSON.stringify({ ...open(), [session]: at }));
  const forget = (session) => {
    const { [session]: _, ...others } = open();
    localStorage.setItem(OPEN, JSON.stringify(others));
  };

  const unsent = (session) => state.sessions.filter((one) => one === session).length;
  let said;

  const say = async (session, leaving) => {
    const word = { tablet, unsent: unsent(session), leaving };
    const response = await fetch(document.body.dataset.wordOf.replace(NO_ID, session), {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" },
      body: JSON.stringify(word),
    }).catch(() => null); // Silence is what the board shows then.
    if (leaving && !word.unsent && (response?.ok || response?.status === 404)) forget(session);
  };

  const sayHere = () => {
    said = unsent(here);
    note(here, Date.now());
    say(here, false);
  };

  // Those whose page is closed and of which nothing is left to send.
  const sayGoodbyes = () => {
    for (const [session, at] of Object.entries(open())) {
      if (session === here || unsent(session) || Date.now() - at < GONE_AFTER) continue;
      note(session, Date.now()); // once, whatever becomes of it; else after a while
      say(session, true);
    }
  };

  document.addEventListener("tablet:rows", sayGoodbyes);
  if (!here) return;
  sayHere();
  setInterval(sayHere, EVERY);
  document.addEventListener("tablet:rows", () => unsent(here) !== said && sayHere());
  addEventListener("pagehide", () => {
    note(here, 0);
    say(here, true);
  });
  addEventListener("pageshow", (event) => event.persisted && sayHere());
})();
