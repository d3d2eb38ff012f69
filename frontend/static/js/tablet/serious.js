// A serious event: what the clinic wrote for it stands on the page at once, with the minutes since it began, whether the
// server is reached or not. The incident is a row like any other (forms.js).
(() => {
  const card = document.querySelector("[data-serious]");
  if (!card) return;
  let shown;

  const tick = () => {
    const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(shown.since)) / 60000));
    card.querySelector("h2").textContent = `${shown.what} · ${minutes} min`;
  };
  globalThis.tablet.showCard = (what, since) => {
    shown = { what, since };
    tick();
    if (!card.open) card.showModal();
  };

  document.addEventListener("given", ({ target: { dataset } }) => dataset.row === "serious" && globalThis.tablet.showCard(dataset.what, dataset.since));
  setInterval(() => card.open && tick(), 10000);
})();
