// Forms whose content is a row of the record (data-row="event") give it to the queue, not to the network; afterwards the
// page shows what the server has, without being loaded anew. Without this file they are posted as any form.
(() => {
  const { queue } = globalThis.tablet;
  const NOT_VALUES = new Set(["csrfmiddlewaretoken", "key"]);
  const NUMBERS = new Set(["prescriber"]);

  // A box is true or false, a person is chosen by number; everything else is what was typed.
  const asKind = (field, name, value) => {
    if (field?.type === "checkbox") return true;
    return NUMBERS.has(name) ? Number(value) : value;
  };

  const valuesOf = (form, submitter) => {
    const typed = [...new FormData(form)];
    if (submitter?.name) typed.push([submitter.name, submitter.value]);
    const said = typed.filter(([name, value]) => !NOT_VALUES.has(name) && value !== "");
    const values = Object.fromEntries(said.map(([name, value]) => [name, asKind(form.elements[name], name, value)]));
    return form.dataset.event ? { event: form.dataset.event, ...values } : values;
  };

  addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.row && !form.hasAttribute("data-pad")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const values = valuesOf(form, event.submitter);
      for (const field of form.querySelectorAll("input:not([type=hidden]), textarea, select")) {
        if (field.type === "checkbox") field.checked = false;
        else field.value = "";
      }
      form.dispatchEvent(new CustomEvent("cleared"));
      await queue.add(form.dataset.row, values);
    } else if (form.closest("[data-session]") && !form.hasAttribute("data-pad") && !navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      alertOffline();
    }
  }, true);

  const alertOffline = () => {
    const line = document.querySelector("[data-sync]");
    line.hidden = false;
    line.textContent = "The server is not reached: this was not recorded. It is still on this page. Vitals, events, notes, pauses and rates are kept.";
    line.scrollIntoView({ block: "center" });
  };

  // A part in which somebody is typing, holds a button or has opened something is left alone; it is renewed the next time.
  const isBusy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")
    || part.querySelector(":active") || globalThis.tablet.isTyped(part);
  const isOpened = (part) => part.querySelector("details[open]");

  const renew = async ({ byOthers = false } = {}) => {
    const here = document.querySelector("[data-session]");
    if (!here) return;
    const response = await fetch(location.href, { headers: { "X-Renew": "1" } }).catch(() => null);
    if (!response?.ok || response.redirected) return;
    const text = await response.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    // Begun, ended, gone home: what can be done now is another page. Not while somebody is in the middle of something.
    const isOther = page.querySelector("[data-session]")?.dataset.state !== here.dataset.state;
    if (byOthers && isOther && !isBusy(here) && !isOpened(here)) location.reload();
    let isOld = byOthers && isOther;
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      const waits = isBusy(part) || (byOthers && isOpened(part));
      if (fresh && !waits) part.replaceWith(document.adoptNode(fresh));
      isOld ||= Boolean(fresh && waits);
    }
    // What was left alone is asked for again.
    if (isOld) document.getElementById("record-part").dataset.changes = "";
    document.dispatchEvent(new CustomEvent("tablet:renewed", { detail: page }));
  };

  document.addEventListener("tablet:sent", () => renew());
  document.addEventListener("tablet:changed", () => renew({ byOthers: true }));
})();
