// The vitals pad: digits go straight through, a slot that is whole leads to the next, a whole row saves itself.
// What is saved lies on the tablet first and goes to the record from there (js/tablet/queue.js), under a key of its own:
// sent twice, it is stored once. Without this file the form and its button do the same.
(() => {
  const UNDO_FOR = 10000;
  const form = document.querySelector("[data-pad]");
  const { tablet } = globalThis;
  if (!form || !tablet) return;
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const status = form.querySelector("[data-pad-said]");
  const slots = [...form.querySelectorAll("[data-slot]")];
  const chosen = [...form.querySelectorAll("select")];
  const asked = [...slots, ...chosen];
  const skip = form.elements.skip;
  let active = slots[0];
  let waiting = false;

  form.querySelector("[data-keypad]").hidden = false;
  form.querySelector("[data-save]").hidden = true;
  skip.closest(".field").hidden = true;
  for (const slot of slots) slot.inputMode = "none";

  // 144, 92, 88, 97: a number is whole when another digit could not belong to it.
  const isWhole = (slot) => {
    const digits = slot.value.replace(".", "");
    const most = Number(slot.dataset.slot);
    if (slot.name === "spo2") return /^(100|[2-9]\d|1[1-9])$/.test(digits);
    return digits.length === most || (digits.length === most - 1 && digits !== "" && !slot.dataset.long.includes(digits[0]));
  };
  const isDone = (field) => Boolean(field.dataset.left) || (field.tagName === "SELECT" ? field.value !== "" : isWhole(field));

  const go = (field) => {
    if (field) field.focus();
  };
  const nextOf = (field) => asked.slice(asked.indexOf(field) + 1).find((one) => !isDone(one)) ?? asked.find((one) => !isDone(one));

  const settle = (field) => {
    if (asked.every((one) => isDone(one) || (one !== field && one.dataset.typed))) return save();
    if (isDone(field)) go(nextOf(field));
  };

  const leaveOut = (field) => {
    const pair = { systolic: "diastolic", diastolic: "systolic" }[field.name];
    for (const one of [field, ...(pair ? [form.elements[pair]] : [])]) {
      one.value = "";
      one.dataset.left = "yes";
      one.placeholder = "–";
    }
  };

  const typed = (slot) => {
    delete slot.dataset.left;
    delete slot.dataset.typed;
    if (slot.dataset.tenths) {
      const digits = slot.value.replace(/\D/g, "");
      slot.value = digits.length > 2 ? `${digits.slice(0, -1)}.${digits.slice(-1)}` : digits;
    }
  };

  form.addEventListener("focusin", (event) => {
    if (asked.includes(event.target)) active = event.target;
  });
  form.addEventListener("input", (event) => {
    if (!asked.includes(event.target)) return;
    if (slots.includes(event.target)) typed(event.target);
    settle(event.target);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    next();
  }, true);

  const next = () => {
    if (active.value === "") return;
    active.dataset.typed = "yes";
    if (asked.every((one) => isDone(one) || one.dataset.typed)) return save();
    go(asked.slice(asked.indexOf(active) + 1).find((one) => one.value === "" && !one.dataset.left) ?? active);
  };

  const KEYS = {
    back: () => (active.value = active.value.slice(0, -1)),
    next,
    skip: () => leaveOut(active),
  };
  const keypad = form.querySelector("[data-keypad]");
  keypad.addEventListener("pointerdown", (event) => event.preventDefault());
  keypad.addEventListener("click", (event) => {
    const key = event.target.dataset.key;
    if (!key || waiting) return;
    if (KEYS[key]) KEYS[key]();
    else if (active.tagName !== "SELECT" && !isWhole(active)) active.value += key;
    if (key === "skip") settle(active);
    else if (key !== "next") active.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const valueOf = (field) => {
    if (field.value === "") return null;
    return field.name === "temperature" ? field.value : Number(field.value);
  };

  // What is no number and what cannot be is said at once, also while the server is away; every other rule is the server's.
  const notWhole = () => {
    const slot = slots.find((one) => one.dataset.notWhole && /[^0-9]/.test(one.value));
    return slot && { field: slot.name, why: slot.dataset.notWhole };
  };
  const impossible = ({ systolic, diastolic }) =>
    systolic !== null && diastolic !== null && diastolic >= systolic
      ? { field: "diastolic", why: `${systolic}/${diastolic}: the second number of a blood pressure is the smaller one.` }
      : null;

  const save = async () => {
    if (waiting) return;
    const mistyped = notWhole();
    if (mistyped) return refuse(mistyped);
    const values = Object.fromEntries(asked.map((one) => [one.name, valueOf(one)]));
    if (values.temperature === null) delete values.temperature;
    const wrong = impossible(values);
    if (wrong) return refuse(wrong);
    waiting = true;
    status.textContent = "Saving…";
    const kept = await tablet.queue.add("vitals", values, { waits: true });
    const answer = await kept.answered;
    waiting = false;
    if (answer?.outcome === "refused") return refuse(answer);
    clear();
    if (answer) saved("Saved", kept, () => takeBack(answer.id));
    else saved("Kept on this tablet", kept, () => unkeep(kept.n));
  };

  const refuse = (answer) => {
    const field = form.elements[answer.field] ?? asked[0];
    status.textContent = `Not saved. ${answer.why}`;
    for (const one of asked) delete one.dataset.typed;
    go(field);
    field.select?.();
  };

  const clear = () => {
    for (const one of asked) {
      one.value = "";
      one.placeholder = "";
      delete one.dataset.left;
      delete one.dataset.typed;
    }
    form.dispatchEvent(new CustomEvent("cleared"));
    go(slots[0]);
  };

  const saved = (words, kept, act) => {
    const undo = document.createElement("button");
    undo.type = "button";
    undo.className = "btn btn-outline-primary";
    undo.textContent = "Undo";
    undo.addEventListener("click", act);
    const at = Date.parse(kept.row.happened_at) - 1000 * kept.row.clock_ahead_s;
    status.replaceChildren(`${words} ${new Date(at).toLocaleTimeString("en-GB", { timeZone: document.querySelector("[data-session]").dataset.zone })} · `, undo);
    setTimeout(() => undo.remove(), UNDO_FOR);
  };

  const unkeep = async (n) => {
    status.textContent = (await tablet.queue.leaveOut(n)) ? "Taken back: it was not sent." : "It was sent meanwhile. Correct the row instead.";
  };

  const takeBack = async (id) => {
    const address = form.dataset.undo.replace("00000000-0000-0000-0000-000000000000", id);
    try {
      const response = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token } });
      // Whoever was signed out meanwhile is led to a page, and that is no yes.
      const isRefused = response.status === 422 || response.status === 409;
      const why = isRefused ? await response.text() : "Correct the row instead.";
      status.textContent = response.status === 204 ? "Taken back. Both rows stay in sight." : `Not taken back. ${why}`;
      document.dispatchEvent(new CustomEvent("tablet:sent"));
    } catch {
      status.textContent = "Not taken back: the server was not reached. Correct the row instead.";
    }
  };

  document.addEventListener("tablet:renewed", ({ detail: page }) => {
    for (const slot of asked) {
      const was = page.getElementById(`${slot.id}_helptext`);
      const shown = document.getElementById(`${slot.id}_helptext`);
      if (was && shown) shown.textContent = was.textContent;
      else if (was) slot.before(document.adoptNode(was));
    }
    tick();
  });

  const tick = () => {
    const line = document.querySelector("[data-due]");
    if (!line) return;
    const late = Math.floor((Date.now() - new Date(line.dataset.due)) / 60000);
    line.classList.toggle("due-over", late >= 0);
    line.textContent = late >= 0 ? `Vitals overdue since ${line.dataset.clock}` : `Next vitals at ${line.dataset.clock}, in ${-late} min`;
  };
  setInterval(tick, 10000);
  tick();
})();
