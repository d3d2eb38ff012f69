// Forms whose content is a row of the record (data-row="event") give it to the queue, not to the network; afterwards the
// page shows what the server has, without being loaded anew. Without this file they are posted as any form.
(() => {
  const { queue, state } = globalThis.tablet;
  const session = () => document.querySelector("[data-session]").dataset.session;
  const NOT_VALUES = new Set(["csrfmiddlewaretoken", "key"]);
  const NUMBERS = new Set(["prescriber"]);
  const TAPPED_TWICE = 1000;

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

  addEventListener("submit", (event) => {
    const form = event.target;
    const isRow = form.dataset.row && !form.hasAttribute("data-pad");
    const isOther = form.closest("[data-session]") && form.method === "post" && !form.hasAttribute("data-pad") && !form.dataset.pressed;
    if (!isRow && !isOther) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isRow) give(form, valuesOf(form, event.submitter));
    else press(form, event.submitter);
  }, true);

  const give = async (form, values) => {
    const wrong = noNumber(form);
    if (wrong) return refuse(form, wrong);
    const beyond = beyondOrder(form, values);
    if (beyond) return refuse(form, { why: beyond, field: values.mg ? "mg" : "devices" });
    form.dispatchEvent(new CustomEvent("given", { bubbles: true }));
    if (form.hasAttribute("data-asks")) return giveAndAsk(form, values);
    clear(form);
    await queue.add(form.dataset.row, values);
  };

  // A form that asks (data-asks) shows what was typed until the server has said what it made of it. Meanwhile nothing more
  // is typed into it: that would be cleared with the rest. A second tap on its key is no second dose.
  const giveAndAsk = async (form, values) => {
    hold(form, true);
    const kept = await queue.add(form.dataset.row, values, { waits: true });
    const answer = await kept.answered;
    const isRefused = answer?.outcome === "refused";
    if (!isRefused) clear(form);
    if (!answer) await new Promise((done) => setTimeout(done, TAPPED_TWICE));
    hold(form, false);
    if (isRefused) refuse(form, answer);
  };

  const hold = (form, isHeld) => {
    for (const field of form.elements) field.disabled = isHeld;
  };

  // What is not one plain number (data-unit) is refused before it is kept, in the server's own words, which came with the page.
  const noNumber = (form) => {
    const { plain, others } = JSON.parse(document.querySelector("[data-numbers]").dataset.numbers);
    for (const field of form.querySelectorAll("[data-unit]")) {
      const said = { typed: field.value.replace(/^ +| +$/g, ""), unit: field.dataset.unit || form.elements.unit.value };
      if (new RegExp(`^(?:${plain})$`).test(said.typed)) continue;
      const [, words] = others.find(([pattern]) => new RegExp(pattern).test(said.typed));
      return { field: field.name, why: words.replace(/\{(typed|unit)\}/g, (_, name) => said[name]) };
    }
    return null;
  };

  // What is left of the order is known to the page; what this tablet holds of it is not known to the server yet.
  const beyondOrder = (form, values) => {
    const { leftUg, deviceUg } = form.dataset;
    if (leftUg === undefined) return "";
    const ugOf = ({ mg, devices }) => Math.round(Number(mg ?? 0) * 1000) + Number(devices ?? 0) * Number(deviceUg);
    const held = state.rows.filter((entry) => entry.row.kind === "dose" && !entry.refused && entry.row.session === session());
    const left = held.reduce((ug, entry) => ug - ugOf(entry.row.values), Number(leftUg));
    return ugOf(values) > left ? `That is more than is left of the order: ${left / 1000} mg.` : "";
  };

  const clear = (form) => {
    for (const field of form.querySelectorAll("input, textarea, select")) {
      if (field.type === "hidden") field.value = field.name === "doubt" ? "" : field.value;
      else if (["checkbox", "radio"].includes(field.type)) field.checked = field.defaultChecked = false;
      else field.value = field.defaultValue = "";
    }
    form.querySelector("[data-refused]")?.remove();
    form.querySelector("[data-doubt]")?.setAttribute("hidden", "");
    form.dispatchEvent(new CustomEvent("cleared"));
  };

  // The reason stands in the form with everything that was typed. A doubt is no refusal yet: it asks for a reason.
  const refuse = (form, { why, field }) => {
    const said = form.querySelector("[data-refused]") ?? document.createElement("p");
    Object.assign(said, { className: "wrong", textContent: field === "doubt" ? why : `Not recorded. ${why}` });
    Object.assign(said.dataset, { refused: "" });
    said.setAttribute("role", "alert");
    form.prepend(said);
    const asks = field === "doubt" && form.querySelector("[data-doubt]");
    if (asks) asks.hidden = false;
    if (asks) form.elements.doubt.value = why;
    const wrong = asks ? asks.querySelector("input") : form.elements[field];
    (wrong?.focus ? wrong : wrong?.[0])?.focus();
  };

  // What only the server can do is not sent into the void: the page would be gone, and what was typed on it with it. The
  // line at the top says so.
  const press = async (form, submitter) => {
    if (!(await queue.isReached())) return document.querySelector("[data-sync]").scrollIntoView({ block: "center" });
    form.dataset.pressed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.pressed;
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
    if (isOther && !isBusy(here) && !(byOthers && isOpened(here))) return location.reload();
    let isOld = isOther;
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      const waits = isBusy(part) || (byOthers && isOpened(part));
      if (fresh && !waits) part.replaceWith(document.importNode(fresh, true)); // a copy: the whole page is kept for when the server is away
      isOld ||= Boolean(fresh && waits);
    }
    // What was left alone is asked for again.
    if (isOld) document.getElementById("record-part").dataset.changes = "";
    document.dispatchEvent(new CustomEvent("tablet:renewed", { detail: page }));
  };

  document.addEventListener("tablet:sent", () => renew());
  document.addEventListener("tablet:changed", () => renew({ byOthers: true }));
})();
