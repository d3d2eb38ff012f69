// A second click on a button sends nothing: the first one is on its way, and its answer is the one to read.
// Without this file the server takes the second click for what it is; the page may then say "already".
(() => {
  addEventListener("submit", (event) => {
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
})();
