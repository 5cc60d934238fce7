// People share phones. Whoever comes next sees no page of the one before; what has not arrived stays for its owner alone.
import { onChange, photosIn, waitingOf } from "./phone_store.js";
import { ask } from "./toast.js";
import { word } from "./words.js";

const person = document.querySelector('meta[name="person"]')?.content ?? "";
let waiting = [];
const form = document.querySelector('form[action="/sign-out"]');

async function forgetPages(isForgotten) {
  if (!window.caches) return;
  const names = (await caches.keys()).filter((name) => name.startsWith("sise-pages-") && isForgotten(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function count() {
  waiting = await waitingOf(person).catch(() => []);
}

function mayLeave() {
  const facts = { count: waiting.length, photos: waiting.flatMap(photosIn).length };
  const texts = { title: word("offline.leave"), text: word("offline.leave_text", facts), yes: word("offline.leave_yes"), no: word("offline.leave_no") };
  return ask({ ...texts, bad: true });
}

form?.addEventListener("submit", async (event) => {
  if (!waiting.length) return;
  event.preventDefault();
  if (await mayLeave()) form.submit();
});

if (form) onChange(count);
if (form) count();

if (!document.documentElement.dataset.keptAt) forgetPages((name) => !person || !name.endsWith(`-${person}`));
