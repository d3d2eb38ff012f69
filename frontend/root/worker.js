// Keeps the shell (a page without a person's word in it) and the files that it needs, so that a session's page opens while
// the server is away. Nothing that the server says about anybody is kept here: that lies hidden in the browser's
// database (js/tablet/store.js). Sending is not done here either, for Safari wakes no worker for it.
const CACHE = "shell";
const SHELL = "/tablet/";
const PATIENCE = 8000;
const FALLS_BACK = /^\/(sessions\/[0-9a-f-]{36}\/|today\/|board\/)$/;

const keepShell = async () => {
  const response = await fetch(SHELL, { cache: "no-store", credentials: "omit" });
  if (!response.ok) return;
  const files = [...(await response.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, file]) => file);
  const cache = await caches.open(CACHE);
  const known = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await cache.addAll(files.filter((file) => !known.has(file)));
  await cache.put(SHELL, response);
  // What the newest shell does not name belonged to an older one.
  for (const path of known) if (path !== SHELL && !files.includes(path)) await cache.delete(path);
};

const soon = (request) => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  return fetch(request, { signal: stop.signal }).finally(() => clearTimeout(timer));
};

const open = async (request) => {
  const shell = await caches.match(SHELL);
  if (!shell) return fetch(request);
  try {
    const response = await soon(request);
    return [502, 503, 504].includes(response.status) ? shell : response;
  } catch {
    return shell;
  }
};

addEventListener("install", (event) => {
  // What is sent while its page goes away, half a row or a goodbye, goes straight to the network: no worker is woken for it.
  const straight = ["/sessions/*/drafts/", "/api/*"].map((urlPattern) => ({ condition: { urlPattern }, source: "network" }));
  event.addRoutes?.(straight).catch(() => {});
  event.waitUntil(keepShell().then(() => skipWaiting()));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.data === "keep the shell" && event.waitUntil(keepShell().catch(() => {})));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET") return;
  if (request.mode === "navigate" && FALLS_BACK.test(pathname)) event.respondWith(open(request));
  else if (pathname.startsWith("/static/")) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});
