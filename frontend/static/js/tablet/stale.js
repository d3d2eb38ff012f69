// Two tabs, two patients: the page that was opened last is the one that takes rows. An older one takes nothing until
// somebody says that its patient is the one who is meant. The browser keeps only which session was opened last.
(() => {
  const { session, who } = document.querySelector("[data-session]").dataset;
  const notice = document.querySelector("[data-stale]");
  const main = document.querySelector("main");
  const LAST = "opened last";

  const show = () => {
    const isStale = localStorage.getItem(LAST) !== session;
    notice.hidden = !isStale;
    for (const part of main.children) part.inert = isStale && part.tagName !== "H1";
    notice.querySelector("[data-who]").textContent = who;
  };
  const take = () => {
    localStorage.setItem(LAST, session);
    show();
  };

  notice.querySelector("button").addEventListener("click", take);
  addEventListener("storage", show);
  document.addEventListener("visibilitychange", show);
  take();
})();
