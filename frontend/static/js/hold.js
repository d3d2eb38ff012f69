// A button that must not be pressed by accident is held for 0.8 seconds. The keyboard presses it as any other.
// Without this file a tap is enough.
(() => {
  const HOLD = 800;
  for (const button of document.querySelectorAll("[data-hold]")) {
    let since = 0;
    const words = button.textContent;
    button.title = "Press and hold";
    button.addEventListener("pointerdown", () => (since = Date.now()));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("click", (event) => {
      const byPointer = event.detail > 0;
      if (!byPointer || Date.now() - since >= HOLD) return;
      event.preventDefault();
      button.textContent = `${words}: press and hold`;
    });
  }
})();
