// Keeps the whole page for use without a network. `cargo xtask build` fills in BUILD.
//
// The files of one build stay together: they are fetched as a set, into a cache named by the digest of their contents,
// and every request is answered from it first. A newer build is fetched beside it and takes over at the next load.
// An older cache stays while a page that was started from it is open: it may still need its worker.

const BUILD = { digest: "", files: [] };

// Other copies of LNN may live on the same host: the scope tells their caches apart.
const PREFIX = `lnn ${self.registration.scope} `;
const CACHE = PREFIX + BUILD.digest;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(BUILD.files.map((file) => new Request(file, { cache: "no-cache" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim().then(() => removeOldCaches(0)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  // The page being left is still counted.
  if (request.mode === "navigate") event.waitUntil(removeOldCaches(1));
  event.respondWith(answer(request));
});

async function answer(request) {
  const own = await caches.open(CACHE);
  const options = { ignoreSearch: true, ignoreVary: true };
  const isPage = request.mode === "navigate" && /\/(index\.html)?$/.test(new URL(request.url).pathname);
  const kept = (await own.match(isPage ? "./" : request, options)) ?? (await matchOlder(request, options));
  return kept ?? fetch(request);
}

async function matchOlder(request, options) {
  for (const name of await oldCaches()) {
    const kept = await (await caches.open(name)).match(request, options);
    if (kept) return kept;
  }
}

async function oldCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
}

async function removeOldCaches(nPagesAllowed) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.length > nPagesAllowed) return;
  await Promise.all((await oldCaches()).map((name) => caches.delete(name)));
}
