// The worker of the pages that are used on site. RELEASE, ASSETS and sendAll are written above this by the server.

const PAGES = `sise-pages-${RELEASE}-`;
const KEPT = `sise-assets-${RELEASE}`;
const FILES = `/static/${RELEASE}/`;
const OFFLINE = "/phone/offline";
const UNABLE = 500; // from this status on a server cannot answer
const PATIENCE = 8000; // milliseconds until a page that is kept here is shown instead

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepAssets());
});

self.addEventListener("activate", (event) => event.waitUntil(dropOld().then(() => self.clients.claim())));

self.addEventListener("sync", (event) => event.waitUntil(sendOrTryAgain()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (url.pathname.startsWith(FILES)) event.respondWith(asset(request));
});

async function keepAssets() {
  const cache = await caches.open(KEPT);
  const offline = cache.add(new Request(OFFLINE, { cache: "no-cache" }));
  await Promise.allSettled([offline, ...ASSETS.map((address) => keepFile(cache, address))]);
}

// While one release replaces another a server may still answer with its own file, which is not to be kept.
async function keepFile(cache, address) {
  if (await cache.match(address)) return; // the workers of the other pages keep the same files
  const found = await fetch(address);
  if (found.ok && found.headers.get("Cache-Control")?.includes("immutable")) await cache.put(address, found);
}

async function dropOld() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("sise-") && name !== KEPT && !name.startsWith(PAGES));
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function sendOrTryAgain() {
  if ((await sendAll()) === "later") throw new Error("later"); // the browser calls again when it sees fit
}

const kept = (address) => caches.match(address);
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// A page comes from the server; when that does not answer, or cannot, as it was when it was last seen here.
async function page(event) {
  const earlier = await earlierPage(new URL(event.request.url));
  const asked = fetch(event.request);
  try {
    const found = await (earlier ? Promise.race([asked, pause(PATIENCE)]) : asked);
    return earlier && (found?.status ?? UNABLE) >= UNABLE ? earlier : found;
  } catch {
    return earlier ?? (await kept(OFFLINE)) ?? Response.error();
  }
}

async function earlierPage(url) {
  const [name] = (await caches.keys()).filter((one) => one.startsWith(PAGES));
  const found = name && (await (await caches.open(name)).match(pageKey(url)));
  if (!found) return null;
  const text = (await found.text()).replace("<html ", `<html data-kept-at="${found.headers.get("X-Kept-At")}" `);
  return new Response(text, { headers: found.headers });
}

function pageKey(url) {
  const view = url.searchParams.get("view");
  return url.pathname + (view ? `?view=${encodeURIComponent(view)}` : "");
}

// Files of this release never change; what is not kept, as a file that is used on no site, is asked for.
async function asset(request) {
  return (await kept(request)) ?? fetch(request);
}
