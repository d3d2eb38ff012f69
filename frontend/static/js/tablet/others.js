// What somebody else wrote into this session comes onto this page by itself: every five seconds, as on the board, one small
// question whether anything is new, and only then the parts of the page again (forms.js).
(() => {
  const EVERY = 5000;
  const NO_ID = "00000000-0000-0000-0000-000000000000";
  const here = document.querySelector("[data-session]");
  const address = document.body.dataset.wordOf?.replace(NO_ID, here?.dataset.session);
  if (!here || !address) return;

  const ask = async () => {
    const known = document.getElementById("record-part")?.dataset.changes;
    if (document.hidden || known === undefined) return;
    const response = await fetch(address, { signal: AbortSignal.timeout?.(EVERY) }).catch(() => null);
    if (!response?.ok) return; // the line at the top says when the server is away
    const { changes } = await response.json();
    if (String(changes) !== known) document.dispatchEvent(new CustomEvent("tablet:changed"));
  };

  setInterval(ask, EVERY);
})();
