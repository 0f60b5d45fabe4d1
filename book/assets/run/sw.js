/* A service worker for the files in this folder alone: the runtime of a digest never changes, so it
   is loaded once, and serves without network from then on. */
const FOLDER = new URL("./", location.href).href;
const VERSION = new RegExp(`^${FOLDER.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}([0-9a-f]{12})/`);

addEventListener("install", () => skipWaiting());

addEventListener("fetch", event => {
  const [, version] = VERSION.exec(event.request.url) || [];
  if (version && event.request.method === "GET") event.respondWith(kept(event, version));
});

async function kept(event, version) {
  const { request } = event;
  const name = `${FOLDER}${version}`, cache = await caches.open(name).catch(() => null);
  if (!cache) return fetch(request); /* the browser keeps nothing, or has no room */
  const found = await cache.match(request.url);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) event.waitUntil(keep(name, cache, request.url, answer.clone()));
  return answer;
}

async function keep(name, cache, address, answer) {
  await cache.put(address, answer);
  for (const other of await caches.keys()) {
    if (other.startsWith(FOLDER) && other !== name) await caches.delete(other);
  }
}
