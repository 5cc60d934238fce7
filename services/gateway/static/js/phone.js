// Pages that are used on site: they open without a connection, and what waits on the phone is sent as soon as it can be.
import { sendAll } from "./phone_sender.js";
import { onChangeElsewhere, waitingOf } from "./phone_store.js";

const about = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
export const person = about("person");
export const keptAt = document.documentElement.dataset.keptAt ?? ""; // when this page was last seen, if it comes from the phone
const CACHE = `sise-pages-${about("release")}-${person}`;
const SCOPES = { "/tasks": ["/tasks"], "/surveys": ["/surveys"], "/visits": ["/visits", "/tasks"] }; // what the pages below each one keep
const FIRST_PAUSE = 4000;
const LONGEST_PAUSE = 300_000;
const outcomes = new EventTarget();
const state = { tries: 0, timer: 0, outcome: "", worker: null };

export const outcome = () => state.outcome;
export const onOutcome = (listener) => outcomes.addEventListener("outcome", listener);

// Sends what waits, and tries again later and later while nobody answers.
export async function sendSoon() {
  clearTimeout(state.timer);
  const isIdle = !person || !(await waitingOf(person)).length;
  say(isIdle ? "" : "sending");
  if (isIdle) return;
  const found = await sendAll();
  say(found);
  if (found === "done" || found === "signed_out") return void (state.tries = 0);
  state.timer = setTimeout(sendSoon, Math.min(FIRST_PAUSE * 2 ** state.tries++, LONGEST_PAUSE));
  state.worker?.sync?.register("sise-sending").catch(() => {}); // not every browser may send while no page is open
}

function say(found) {
  state.outcome = found;
  outcomes.dispatchEvent(new Event("outcome"));
}

// Keeps pages of this person on the phone, one after the other, so that they open without a connection.
export async function keepPages(addresses) {
  if (!person || !window.caches || keptAt) return;
  const cache = await caches.open(CACHE);
  for (const address of addresses) {
    const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!response || response.redirected) return;
    if (!response.ok) continue;
    const text = await response.text();
    if (!text.includes(`<meta name="person" content="${person}">`)) return;
    const headers = new Headers(response.headers);
    for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
    headers.set("X-Kept-At", new Date().toISOString());
    await cache.put(address, new Response(text, { headers }));
  }
}

async function register() {
  if (!navigator.serviceWorker) return;
  const here = `/${window.location.pathname.split("/")[1]}`;
  for (const scope of SCOPES[here] ?? []) {
    const found = await navigator.serviceWorker.register("/phone-worker.js", { scope, type: "module" }).catch(() => null);
    if (scope === here) state.worker = found;
  }
}

function again() {
  state.tries = 0;
  sendSoon();
}

if (person) {
  register();
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  onChangeElsewhere(() => state.outcome === "" && sendSoon());
  sendSoon();
}
