// Rows on their way to the record. Each is kept on the tablet before the network is tried, and leaves it when the server
// has said what became of it: nothing typed is lost by a reload, a flat battery or a lost line, and nothing is sent twice
// under two keys.
(() => {
  const { shelf, keys } = globalThis.tablet;
  const addresses = document.body.dataset;
  const AGAIN_AFTER = [3000, 5000, 10000, 30000];
  const AT_ONCE = 20;
  const ANSWER_WITHIN = 5000;
  const NO_ID = "00000000-0000-0000-0000-000000000000";
  // What the line at the top says: the author's rows, how many of others, whether the server answered last, and when.
  const state = { rows: [], others: 0, unreadable: 0, reached: true, signedOut: false, sentAt: null, aheadMs: 0, keeps: true, sessions: [], held: false, inVain: false };
  const waiting = new Map();
  let tries = 0;
  let ring;
  let queued = false;

  // Tabs of one tablet show the same.
  const tabs = new BroadcastChannel("sextant: rows");
  tabs.onmessage = () => look();

  const tell = () => document.dispatchEvent(new CustomEvent("tablet:rows"));
  const aheadSeconds = () => (Math.abs(state.aheadMs) > 60000 ? Math.round(state.aheadMs / 1000) : 0);

  class Refusal extends Error {
    constructor(status, why) {
      super(why);
      this.status = status;
    }
  }

  // Whoever answers says what time it is: so the tablet knows by how much its own clock is off.
  const readClock = (response, asked) => {
    const theirs = Date.parse(response.headers.get("Date") ?? "");
    if (theirs) state.aheadMs = (asked + Date.now()) / 2 - theirs - 500;
    sessionStorage.setItem("clock ahead", state.aheadMs);
  };

  // The page says when the server made it; a page from the tablet does not know the time, only how far the clock was off.
  const readClockOfPage = () => {
    const made = "author" in addresses && Date.parse(document.querySelector("[data-now]")?.dataset.now);
    const arrived = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
    if (made) state.aheadMs = Date.now() - performance.now() + arrived - made;
    else state.aheadMs = Number(sessionStorage.getItem("clock ahead") ?? 0);
  };

  const ask = async (address, body) => {
    const asked = Date.now();
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout?.(20000) });
    if (response.status >= 500) throw new Error(response.status);
    readClock(response, asked);
    state.reached = true;
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Refusal(response.status, answer.detail ?? "The server could not read this row.");
    return answer;
  };

  // The row in words where it is this author's; null where only the server can read it.
  const read = async (author, entry) => {
    if (entry.row) return { ...entry, why: entry.refused };
    if (entry.author !== author?.author || !entry.hidden) return null;
    try {
      const why = entry.refused && (await keys.show(author, entry.refused));
      return { ...entry, row: JSON.parse(await keys.show(author, entry.hidden)), why };
    } catch {
      return null; // the key it was hidden under is gone
    }
  };

  const look = async () => {
    const author = await keys.mine();
    const entries = await shelf.all("rows");
    const own = await Promise.all(entries.map((entry) => read(author, entry)));
    state.rows = own.filter(Boolean);
    const theirs = entries.filter((_, place) => !own[place]);
    state.unreadable = theirs.filter((entry) => entry.refused || !entry.sealed).length;
    state.others = theirs.length - state.unreadable;
    state.sessions = entries.map((entry) => entry.session);
    state.keeps = await globalThis.tablet.keeps();
    tell();
    return { author, open: entries.map((entry, place) => own[place] ?? entry).filter((entry) => !entry.refused && (entry.row || entry.sealed)) };
  };

  // Keep one row of the session on this page. Resolves when it lies on the tablet. A form that waits, because it still
  // shows what was typed, is `answered` with what the server made of it, or with null when it did not say so soon.
  const add = async (kind, values, { waits = false } = {}) => {
    const here = document.querySelector("[data-session]").dataset;
    const author = await keys.mine();
    const row = {
      session: here.session, patient: here.patient, key: crypto.randomUUID(), kind,
      happened_at: new Date().toISOString(), values, clock_ahead_s: aheadSeconds(),
    };
    const entry = { n: await shelf.nextNumber(), key: row.key, session: row.session, author: author?.author ?? addresses.author };
    if (author) entry.hidden = await keys.hide(author, JSON.stringify(row));
    if (author?.statement) entry.sealed = await keys.seal(author, JSON.stringify(row));
    // Without keys it must not lie in any database: it stays on this page.
    if (author) await shelf.put("rows", entry);
    else shelf.onlyHere("rows", { ...entry, row });
    await look();
    tabs.postMessage("added");
    const answered = waits && state.reached && new Promise((resolve) => {
      waiting.set(row.key, resolve);
      setTimeout(() => answer(row.key, null), ANSWER_WITHIN);
    });
    send();
    return { n: entry.n, row, answered };
  };

  const answer = (key, said) => {
    const resolve = waiting.get(key);
    waiting.delete(key);
    resolve?.(said);
    return Boolean(resolve);
  };

  const settle = async (author, entry, said) => {
    // What the form still shows is put right there; else it stays on the tablet with the reason until somebody reads it.
    const isShown = answer(entry.key, said);
    if (said.outcome !== "refused" || isShown) return shelf.drop("rows", entry.n);
    const refused = author ? await keys.hide(author, said.why) : null;
    const kept = (await shelf.all("rows")).find((one) => one.n === entry.n);
    return kept && shelf.put("rows", { ...kept, refused: refused ?? said.why });
  };

  const sendOwn = async (author, batch) => {
    const { session, patient } = batch[0].row;
    const rows = batch.map(({ row: { session: _, patient: __, ...row } }) => row);
    let answers;
    try {
      answers = (await ask(addresses.rowsOf.replace(NO_ID, session), { patient, rows })).rows;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status === 401 || error.status === 403) throw error;
      // The batch was not read. One by one, so that a row that cannot be read keeps no other back.
      if (batch.length > 1) return sendEach(author, batch);
      answers = [{ outcome: "refused", why: error.message }];
    }
    for (const [place, entry] of batch.entries()) await settle(author, entry, answers[place]);
    sent();
  };

  const sendEach = async (author, batch) => {
    for (const entry of batch) await sendOwn(author, [entry]);
  };

  // Nobody here can read these; the server can, and files them under whoever typed them.
  const passOn = async (batch) => {
    let rows;
    try {
      ({ rows } = await ask(addresses.sealedAddress, { rows: batch.map(({ key, sealed }) => ({ key, sealed })) }));
    } catch (error) {
      if (!(error instanceof Refusal) || error.status === 401 || error.status === 403) throw error;
      if (batch.length > 1) {
        for (const entry of batch) await passOn([entry]);
        return;
      }
      rows = [{ outcome: "refused" }];
    }
    for (const [place, entry] of batch.entries()) {
      if (rows[place].outcome === "refused") await shelf.put("rows", { ...entry, refused: true });
      else await shelf.drop("rows", entry.n);
    }
    sent();
  };

  const sent = () => {
    state.sentAt = new Date();
    tabs.postMessage("sent");
    document.dispatchEvent(new CustomEvent("tablet:sent"));
  };

  // The rows at the front that go together: one session of this author, or whatever is sealed.
  const front = (open) => {
    const alike = (one) => (open[0].row ? one.row?.session === open[0].row.session : !one.row);
    const end = open.findIndex((one) => !alike(one));
    return open.slice(0, end < 0 ? open.length : end).slice(0, AT_ONCE);
  };

  const sendAll = async () => {
    queued = false;
    clearTimeout(ring);
    try {
      await sealLate();
      for (;;) {
        const { author, open } = await look();
        if (!open.length) break;
        const batch = front(open);
        await (batch[0].row ? sendOwn(author, batch) : passOn(batch));
      }
      if (!state.reached) await knock();
      Object.assign(state, { signedOut: false });
      tries = 0;
    } catch (error) {
      state.signedOut = error instanceof Refusal;
      state.reached = state.signedOut;
      for (const key of waiting.keys()) answer(key, null);
      ring = setTimeout(send, AGAIN_AFTER[Math.min(tries++, AGAIN_AFTER.length - 1)]);
    }
    tell();
  };

  // With nothing to send, whether the server is back is asked for itself.
  const knock = async (patience = 20000) => {
    const response = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout?.(patience) });
    if (!response.ok) throw new Error(response.status);
    state.reached = true;
  };

  // Whether the server answers now: asked before something that only the server can do.
  const isReached = async () => {
    await knock(ANSWER_WITHIN).catch(() => (state.reached = false));
    state.inVain = !state.reached;
    if (state.inVain) send();
    tell();
    return state.reached;
  };

  // A statement that could not be had when the page opened is asked for again, and what waited for it is sealed.
  const sealLate = async () => {
    const author = addresses.keyAddress && document.querySelector("[data-session]") ? await keys.mine() : null;
    if (!author || author.statement) return;
    const stated = await keys.state(author, ask);
    for (const entry of await shelf.all("rows")) {
      const own = entry.sealed ? null : await read(stated, entry);
      if (own?.hidden) await shelf.put("rows", { ...entry, sealed: await keys.seal(stated, JSON.stringify(own.row)) });
    }
  };

  // One sender at a time, whichever tab it is in.
  const send = () => {
    if (queued) return;
    queued = true;
    if (navigator.locks) navigator.locks.request("sextant: rows", sendAll);
    else sendAll();
  };

  // A row that never reached the record is taken off the tablet; false where it was sent meanwhile.
  const leaveOut = async (n) => {
    const isHere = (await shelf.all("rows")).some((entry) => entry.n === n);
    await shelf.drop("rows", n);
    await look();
    tabs.postMessage("left out");
    return isHere;
  };

  Object.assign(globalThis.tablet, { state, queue: { add, send, look, leaveOut, ask, aheadSeconds, isReached } });

  addEventListener("online", send);
  addEventListener("pageshow", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  readClockOfPage();
  keys.ready().catch(() => {}).then(look).then(send);
})();
