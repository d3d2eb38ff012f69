// The line at the top, in words: what is on this tablet and not in the record yet. Below it, on a session's page, the rows
// themselves; one that was not accepted stays there with the reason until somebody puts it right or leaves it out.
(() => {
  const { state, queue } = globalThis.tablet;
  const line = document.querySelector("[data-sync]");
  const here = () => document.querySelector("[data-session]");
  const rows = (n) => (n === 1 ? "1 row" : `${n} rows`);
  const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB", { timeZone: here()?.dataset.zone, hour: "2-digit", minute: "2-digit" });

  const clockWords = () => {
    const ahead = queue.aheadSeconds();
    if (!ahead) return [];
    const minutes = Math.round(Math.abs(ahead) / 60);
    return [`This tablet's clock is ${minutes} min ${ahead > 0 ? "ahead" : "behind"}: times are put right, and the difference is kept.`];
  };

  const keepWords = (mine) => {
    if (state.keeps) return [];
    if (mine) return [`This browser has no room to keep them: ${rows(mine)} will be lost if this page is closed.`];
    return here() ? ["This browser keeps nothing (a private window?): if the wifi goes, write on paper."] : [];
  };

  const waitWords = (mine) => {
    const said = [];
    if (mine) said.push(`${rows(mine)} kept on this tablet, not sent yet.`);
    if (state.others) said.push(`${rows(state.others)} of somebody else wait${state.others === 1 ? "s" : ""} on this tablet, and ${state.others === 1 ? "goes out by itself" : "go out by themselves"}.`);
    if (state.unreadable) said.push(`${rows(state.unreadable)} on this tablet cannot be read by this server: call whoever looks after it.`);
    const refused = state.rows.filter((entry) => entry.refused).length;
    if (refused) said.push(`${rows(refused)} not accepted: see ${here() ? "below" : "the session's page"}.`);
    return said;
  };

  const words = () => {
    const mine = state.rows.filter((entry) => !entry.refused).length;
    const waits = waitWords(mine);
    const said = [...clockWords(), ...keepWords(mine)];
    if (state.signedOut && waits.length) said.push("Nothing can be sent as who is signed in now: reload the page, or sign in.");
    else if (!state.reached) said.push("The server is not reached.");
    if (state.inVain && !state.reached) said.push("What you pressed was not recorded, and is still on this page: the start, the checklist, weights, going home and signatures need the server. Everything else is kept on this tablet.");
    said.push(...waits);
    if (state.held) said.push(waits.length ? "What you pressed waits for them: press again when all is sent." : "Press again what you pressed.");
    if (!waits.length && state.reached && state.sentAt) said.push(`All sent ${clock(state.sentAt - queue.aheadSeconds() * 1000)}`);
    else if (!waits.length && state.reached && here()) said.push("All sent");
    return said.join(" ");
  };

  const gap = (value) => value ?? "–";
  const after = (words, ...more) => [words, more.filter(Boolean).join(" · ")].filter(Boolean).join(": ");
  const eventWords = ({ what }) => document.querySelector(`[data-row="event"] [value="${what}"]`)?.textContent ?? what;
  const WORDS = {
    event: eventWords,
    vitals: (row) => `${gap(row.systolic)}/${gap(row.diastolic)} · ${gap(row.pulse)} · ${gap(row.spo2)} %`,
    pause: ({ reason }) => after("Paused", reason),
    resume: () => "Resumed",
    rate: ({ mg_per_hour, reason }) => after("New rate", `${mg_per_hour} mg/h`, reason),
    standing: ({ words }) => after("Given", words),
    medicine: ({ drug, amount, unit, route }) => after("Given", `${gap(drug)} ${gap(amount)} ${gap(unit)} ${gap(route)}`),
    dose: ({ mg, devices, site }) => after("Dose", mg ? `${mg} mg` : `${gap(devices)} devices`, site),
    end: () => "The dose is given: recovery begins",
    stop: ({ reason }) => after("Stopped early", reason),
    pump: ({ infused, left, reason }) => after("Pump", `${gap(infused)} mL infused, ${gap(left)} mL left`, reason),
    serious: () => "Serious",
    more: ({ severity, done, outcome, ended }) => [severity, done, outcome, ended && `ended ${ended}`].filter(Boolean).join(" · "),
  };
  const inWords = ({ kind, values }) => WORDS[kind]?.(values) ?? Object.values(values).join(" · ");
  const ENDS = ["end", "stop"];

  // Whether somebody is in the middle of typing into one of these.
  globalThis.tablet.isTyped = (part) =>
    [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((field) =>
      ["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue,
    );

  const button = (words, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "btn btn-outline-primary", textContent: words });
    made.addEventListener("click", act);
    return made;
  };

  const momentOf = (row) => Date.parse(row.happened_at) - row.clock_ahead_s * 1000;
  const FIELDS = "input:not([type=hidden]), textarea, select";

  // The form that a row came from, where something can be typed in it.
  const formOf = ({ row }) => {
    const form = document.querySelector(`[data-row="${row.kind}"]`);
    return form?.querySelector(FIELDS) ? form : null;
  };

  // What was refused goes back into it, to be typed right, with the time at which it was.
  const putBack = async (entry) => {
    const form = formOf(entry);
    const { elements } = form;
    for (const [name, value] of Object.entries(entry.row.values)) {
      const field = elements[name];
      if (field?.type === "checkbox") field.checked = value;
      else if (field) field.value = value ?? "";
    }
    if (elements.clock && !elements.clock.value) elements.clock.value = clock(momentOf(entry.row));
    await queue.leaveOut(entry.n);
    form.closest("details")?.setAttribute("open", "");
    form.querySelector(FIELDS).focus();
  };

  const item = (entry) => {
    const made = document.createElement("li");
    const strong = document.createElement("strong");
    strong.textContent = inWords(entry.row);
    const { row } = entry;
    made.append(`${row.values.clock ?? clock(momentOf(row))} `, strong, entry.refused ? ` Not accepted: ${entry.why}` : " not sent yet");
    if (entry.refused && formOf(entry)) made.append(" ", button("Put right", () => putBack(entry)));
    if (entry.refused) made.append(" ", button("Leave it out", () => queue.leaveOut(entry.n)));
    if (row.kind === "event" && !entry.refused) {
      for (const severity of ["mild", "moderate", "severe"]) made.append(" ", button(severity, () => queue.add("more", { event: row.key, severity })));
      const isCalled = state.rows.some((one) => one.row.kind === "serious" && one.row.values.event === row.key);
      if (!isCalled) made.append(" ", button("serious", () => {
        globalThis.tablet.showCard(inWords(row), row.happened_at);
        queue.add("serious", { event: row.key });
      }));
    }
    return made;
  };

  const show = () => {
    const said = words();
    line.hidden = !said;
    if (line.textContent !== said) line.textContent = said;
    line.classList.toggle("sync-waits", Boolean(state.rows.length || state.others || state.unreadable || !state.reached || !state.keeps));
    const list = document.querySelector("[data-unsent]");
    if (!list) return;
    // Readings stand beside the pad already.
    const ours = state.rows.filter((entry) => entry.row.session === here().dataset.session && (entry.refused || entry.row.kind !== "vitals"));
    list.hidden = !ours.length;
    // The end waits on this tablet: it is not pressed again.
    document.querySelector("[data-running]")?.toggleAttribute("hidden", ours.some(({ row, refused }) => ENDS.includes(row.kind) && !refused));
    list.querySelector("ul").replaceChildren(...ours.map(item));
  };

  // Readings that are not sent yet stand on top of the last rows beside the pad, with a hollow dot; three in all.
  const showOnPad = () => {
    const list = document.querySelector(".pad-rows");
    if (!list) return;
    for (const old of list.querySelectorAll("[data-own]")) old.remove();
    const own = state.rows.filter((entry) => entry.row.kind === "vitals" && !entry.refused && entry.row.session === here().dataset.session);
    for (const { row } of own) {
      const made = document.createElement("li");
      made.dataset.own = "yes";
      const strong = document.createElement("strong");
      strong.textContent = inWords(row);
      made.append(`${clock(momentOf(row))} `, strong, " ○ not sent yet");
      list.prepend(made);
    }
    for (const [place, item] of [...list.children].entries()) item.hidden = place >= 3;
  };

  document.addEventListener("tablet:rows", show);
  document.addEventListener("tablet:rows", showOnPad);
  document.addEventListener("tablet:renewed", showOnPad);
  show();
})();
