// A button that must not be pressed by accident is held for 0.8 seconds. The keyboard presses it as any other.
// Without this file a tap is enough.
(() => {
  const HOLD = 800;
  let since = 0;
  const held = (event) => event.target.closest?.("[data-hold]");
  addEventListener("pointerdown", (event) => held(event) && (since = Date.now()));
  addEventListener("contextmenu", (event) => held(event) && event.preventDefault());
  addEventListener("click", (event) => {
    const button = held(event);
    const byPointer = event.detail > 0;
    if (!button || !byPointer || Date.now() - since >= HOLD) return;
    event.preventDefault();
    button.dataset.words ??= button.textContent;
    button.textContent = `${button.dataset.words}: press and hold`;
  });
})();
