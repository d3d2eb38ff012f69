// The page of the lock: its clock runs on, and so do the times of the next vitals. Rows that wait on the tablet go out
// from here too, sealed, for nobody is known here to read them.
(() => {
  const clock = document.querySelector("[data-clock][data-zone]");
  const tick = () => {
    clock.textContent = new Date().toLocaleTimeString("en-GB", { timeZone: clock.dataset.zone, hour: "2-digit", minute: "2-digit" });
    for (const line of document.querySelectorAll("[data-due]")) {
      const late = Math.floor((Date.now() - new Date(line.dataset.due)) / 60000);
      line.classList.toggle("due-over", late >= 0);
      line.textContent = late >= 0 ? `Vitals overdue since ${line.dataset.clock}` : `Next vitals at ${line.dataset.clock}, in ${-late} min`;
    }
  };
  tick();
  setInterval(tick, 5000);
})();
