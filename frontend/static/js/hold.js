// A button that must not be pressed by accident is held for 0.8 seconds, and then acts by itself: not every tablet makes a
// click of a finger that stayed so long. The keyboard presses it as any other. Without this file a tap is enough.
(() => {
  const HOLD = 800;
  let timer;
  let acted;
  const held = (event) => event.target.closest?.("[data-hold]");
  addEventListener("pointerdown", (event) => {
    const button = held(event);
    acted = null;
    if (button) timer = setTimeout(() => (acted = button).click(), HOLD);
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => clearTimeout(timer));
  // Who slides off it does not mean it.
  addEventListener("pointermove", (event) => {
    const isOn = !event.buttons || document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-hold]");
    if (!isOn) clearTimeout(timer);
  });
  addEventListener("contextmenu", (event) => held(event) && event.preventDefault());
  addEventListener("click", (event) => {
    const button = held(event);
    const byPointer = event.detail > 0;
    if (!button || !byPointer) return;
    event.preventDefault();
    if (acted === button) return;
    button.dataset.words ??= button.textContent;
    button.textContent = `${button.dataset.words}: press and hold`;
  });
})();
