// Signing out takes the author's keys off the tablet: what is hidden under them can be read by nobody any more. Rows that
// were not sent stay, sealed, for whoever signs in next. What must not be done before they are sent waits here. It also
// sees to it that the shell is there before it is needed.
(() => {
  const { state, keys, queue } = globalThis.tablet;

  // A signature, the end of the dose, going home: they wait until every row of that session has left the tablet.
  addEventListener("submit", (event) => {
    const session = event.target.dataset.afterRows;
    if (!session || !state.sessions.includes(session)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    state.held = true;
    queue.look();
    queue.send();
    document.querySelector("[data-sync]").scrollIntoView({ block: "center" });
  }, true);

  addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.action.endsWith("/sign-out/") || form.dataset.left) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const n = state.rows.length;
    const warning = `${n} ${n === 1 ? "row is" : "rows are"} not sent yet. They stay on this tablet and go out under your name when somebody signs in; you cannot read them here any more. Sign out?`;
    if (n && !confirm(warning)) return;
    await keys.forget(document.body.dataset.author);
    form.dataset.left = "yes";
    form.requestSubmit();
  }, true);

  if (!("serviceWorker" in navigator) || !document.querySelector("[data-session]")) return;
  navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then((ready) => ready.active?.postMessage("keep the shell")).catch(() => {});
  navigator.storage?.persist?.().catch(() => {});
})();
