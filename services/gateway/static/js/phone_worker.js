// The worker of the pages that are used on site. RELEASE and ASSETS are written above this by the server.
import { sendAll } from "/static/js/phone_sender.js";

const PAGES = `sise-pages-${RELEASE}-`;
const KEPT = `sise-assets-${RELEASE}`;
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
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

async function keepAssets() {
  const cache = await caches.open(KEPT);
  await Promise.allSettled([...ASSETS, OFFLINE].map((address) => cache.add(new Request(address, { cache: "no-cache" }))));
}

async function dropOld() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("sise-") && name !== KEPT && !name.startsWith(PAGES));
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function sendOrTryAgain() {
  if ((await sendAll()) === "later") throw new Error("later"); // the browser calls again when it sees fit
}

const kept = (address, options) => caches.match(address, options);
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

// Files whose address names their version never change; the others are asked for, and taken from here without an answer.
async function asset(request) {
  const exact = new URL(request.url).searchParams.has("v") && (await kept(request));
  if (exact) return exact;
  try {
    return await fetch(request);
  } catch (problem) {
    const found = await kept(request, { ignoreSearch: true });
    if (found) return found;
    throw problem;
  }
}
