// The author's keys on this tablet: made here, for twelve hours, and never given out, not even to a script.
//   hide    what the author can read again (AES-GCM)
//   sign    shows the server that the author typed it (ECDSA P-256)
// What is sealed only the server can open (ECDH P-256, HKDF, AES-GCM): so that whoever is signed in next can pass it on
// and not read it. programs/sealing.py does the other half.
(() => {
  const { shelf } = globalThis.tablet;
  const HOLDS = 12 * 60 * 60 * 1000;
  const PURPOSE = new TextEncoder().encode("sextant: a row of a tablet");
  const CURVE = { name: "ECDSA", namedCurve: "P-256" };
  const page = document.querySelector("[data-author]");

  const bytes = (text) => new TextEncoder().encode(text);
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

  const make = async (author) => {
    const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
    const hide = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return { author, made: Date.now(), hide, sign: pair.privateKey, point: toText(await crypto.subtle.exportKey("raw", pair.publicKey)) };
  };

  // The keys of whoever this page was made for. A page that the server did not make (the shell) names nobody: there it
  // is who used the tablet last, unless that person locked it. Null where the twelve hours are over.
  const mine = async () => {
    const entries = (await shelf.all("keys")).filter((one) => !isOver(one));
    if (page) return entries.find((one) => one.author === page.dataset.author) ?? null;
    const [latest] = entries.sort((a, b) => b.used - a.used);
    return latest && !latest.locked ? latest : null;
  };
  const isOver = (keys) => Date.now() - keys.made > HOLDS || Date.now() < keys.made - HOLDS;

  // At each page that the server made: keys that are over go, the author's own are there, and the server knows them.
  const ready = async () => {
    if (!globalThis.crypto?.subtle) return null;
    for (const keys of await shelf.all("keys")) {
      if (isOver(keys)) await forget(keys.author);
      else if (page && keys.author !== page.dataset.author) await shelf.put("keys", { ...keys, locked: true });
    }
    if (!page) return mine();
    const keys = { ...((await mine()) ?? (await make(page.dataset.author))), used: Date.now(), locked: false };
    await shelf.put("keys", keys);
    return keys;
  };

  const state = async (keys, ask) => {
    if (keys.statement) return keys;
    const answer = await ask(document.body.dataset.keyAddress, { key: keys.point });
    Object.assign(keys, { statement: answer.statement, sealWith: answer.seal_with });
    await shelf.put("keys", keys);
    return keys;
  };

  const forget = async (author) => {
    await shelf.drop("keys", author);
    for (const copy of await shelf.all("copies")) if (copy.author === author) await shelf.drop("copies", copy.id);
  };

  // The keys stay, and nobody is shown what they open until their owner is back.
  const lock = async () => {
    const keys = await mine();
    if (keys) await shelf.put("keys", { ...keys, locked: true });
  };

  const hide = async (keys, text) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, keys.hide, bytes(text)) };
  };
  const show = async (keys, { iv, data }) => new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, keys.hide, data));

  const seal = async (keys, row) => {
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, keys.sign, bytes(row));
    const letter = JSON.stringify({ row, signature: toText(signature), statement: keys.statement });
    const once = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    const server = await crypto.subtle.importKey("raw", fromText(keys.sealWith), { name: "ECDH", namedCurve: "P-256" }, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: server }, once.privateKey, 256);
    const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const derived = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: PURPOSE };
    const key = await crypto.subtle.deriveKey(derived, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes(letter));
    const point = await crypto.subtle.exportKey("raw", once.publicKey);
    return toText(new Uint8Array([...new Uint8Array(point), ...iv, ...new Uint8Array(data)]));
  };

  Object.assign(globalThis.tablet, { keys: { ready, mine, state, forget, lock, hide, show, seal } });
})();
