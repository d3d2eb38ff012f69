// What the tablet keeps while the server is away: three shelves in the browser's own database.
//   keys    one entry an author: keys that no script can read out, and the server's statement about them
//   rows    what was typed and is not in the record yet, in the order in which it was typed
//   copies  the last-known page of each session, and what is half typed
// A browser that has no such database (a private window), or no room left in it, keeps them on this page only;
// `tablet.keeps()` says so, and the line at the top says it to the nurse.
(() => {
  const SHELVES = { keys: "author", rows: "n", copies: "id" };
  const onPage = { keys: new Map(), rows: new Map(), copies: new Map() };
  let kept = true;
  let last = 0;

  const open = () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open("sextant", 1);
      request.onupgradeneeded = () => {
        for (const [name, keyPath] of Object.entries(SHELVES)) request.result.createObjectStore(name, { keyPath });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const opened = (async () => open())().catch(() => (kept = false));

  const act = async (shelf, mode, what) => {
    const database = await opened;
    if (!database) throw new Error("no database");
    return new Promise((resolve, reject) => {
      // strict: a row is kept when it lies on the disk, not when it is about to.
      const transaction = database.transaction(shelf, mode, { durability: "strict" });
      const request = what(transaction.objectStore(shelf));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
    });
  };

  const put = async (shelf, entry) => {
    try {
      await act(shelf, "readwrite", (store) => store.put(entry));
      onPage[shelf].delete(entry[SHELVES[shelf]]);
    } catch {
      onPage[shelf].set(entry[SHELVES[shelf]], entry);
    }
  };
  const get = async (shelf, id) => onPage[shelf].get(id) ?? (await act(shelf, "readonly", (store) => store.get(id)).catch(() => undefined));
  const all = async (shelf) => {
    const entries = await act(shelf, "readonly", (store) => store.getAll()).catch(() => []);
    return [...entries.filter((one) => !onPage[shelf].has(one[SHELVES[shelf]])), ...onPage[shelf].values()].sort((a, b) => a.n - b.n);
  };
  const drop = async (shelf, id) => {
    onPage[shelf].delete(id);
    await act(shelf, "readwrite", (store) => store.delete(id)).catch(() => {});
  };

  // For what must not lie in a database, because nothing here can hide it.
  const onlyHere = (shelf, entry) => onPage[shelf].set(entry[SHELVES[shelf]], entry);

  // A number for each row that only grows, whatever the clock does: it is the order in which they are sent.
  const nextNumber = async () => {
    const rows = await all("rows");
    last = Math.max(last + 1, Date.now(), ...rows.map((row) => row.n + 1));
    return last;
  };

  globalThis.tablet = {
    shelf: { put, get, all, drop, onlyHere, nextNumber },
    // Whether all that is kept outlives this page.
    keeps: async () => Boolean(await opened) && kept && onPage.rows.size === 0,
  };
})();
