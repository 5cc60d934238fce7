// What this phone keeps until it has arrived: drafts, photos, and what waits to be sent. Everything belongs to one person.
const NAME = "sise-phone";
const CHANNEL = "sise-phone";
const DAY = 24 * 60 * 60 * 1000;
const SHOWN_FOR = 2 * DAY; // how long what has arrived is still shown
const channel = new BroadcastChannel(CHANNEL);
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("draft", { keyPath: ["person", "about"] });
      asked.result.createObjectStore("photo", { keyPath: "id" }).createIndex("about", ["person", "about"]);
      asked.result.createObjectStore("sending", { keyPath: "id" }).createIndex("person", "person");
    };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
  });
  return opened;
}

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// Does `work` with the stores in one transaction; resolves with its result once all of it is on the disk.
async function within(names, mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(names, mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(transaction.error);
    work(...names.map((name) => transaction.objectStore(name))).then(
      (found) => (result = found),
      (problem) => {
        transaction.abort();
        reject(problem);
      },
    );
  });
}

const own = new EventTarget();

function tell(about) {
  channel.postMessage(about);
  own.dispatchEvent(new Event("change"));
}

// Calls `listener` with what it is about whenever another tab, or the worker, has changed something.
export const onChangeElsewhere = (listener) => channel.addEventListener("message", (event) => listener(event.data));

export function onChange(listener) {
  onChangeElsewhere(listener);
  own.addEventListener("change", listener);
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export const draftOf = (person, about) => within(["draft"], "readonly", (drafts) => answer(drafts.get([person, about])));

// Changes a draft, which is made when there is none; resolves with its id, under which it will be sent.
export async function changeDraft(person, about, change) {
  const id = await within(["draft"], "readwrite", async (drafts) => {
    const draft = (await answer(drafts.get([person, about]))) ?? { person, about, id: newId() };
    change(draft);
    draft.changed_at = Date.now();
    await answer(drafts.put(draft));
    return draft.id;
  });
  tell(about);
  return id;
}

export async function draftsOf(person) {
  const all = await within(["draft"], "readonly", (drafts) => answer(drafts.getAll()));
  return all.filter((one) => one.person === person);
}

export const photo = (id) => within(["photo"], "readonly", (photos) => answer(photos.get(id)));
export const photosOf = (person, about) =>
  within(["photo"], "readonly", (photos) => answer(photos.index("about").getAll([person, about])));

export async function keepPhoto(one) {
  await within(["photo"], "readwrite", (photos) => answer(photos.put(one)));
  tell(one.about);
}

export async function changePhoto(id, changes) {
  await within(["photo"], "readwrite", async (photos) => {
    const one = await answer(photos.get(id));
    if (one) await answer(photos.put({ ...one, ...changes }));
  });
}

// Turns the draft (`draftId`, as far as the page knows it) into something that waits. Handed in by two tabs it waits once.
export async function handIn(person, about, { draftId = "", ...content }) {
  const sending = await within(["draft", "sending", "photo"], "readwrite", async (drafts, sendings, photos) => {
    const draft = await answer(drafts.get([person, about]));
    const id = draft?.id || draftId || newId();
    const known = await answer(sendings.get(id));
    if (known) return known;
    const made = { ...content, id, person, about, state: "waiting", made_at: Date.now(), sent: 0, problem: null };
    const others = (await answer(sendings.index("person").getAll(person))).filter((one) => one.about === about);
    const used = new Set([made, ...others].flatMap(photosIn));
    for (const key of await answer(photos.index("about").getAllKeys([person, about]))) {
      if (!used.has(key)) await answer(photos.delete(key));
    }
    await answer(sendings.put(made));
    await answer(drafts.delete([person, about]));
    return made;
  });
  tell(about);
  return sending;
}

// Returns all that a person has handed in here, in that order; what arrived days ago is forgotten.
export async function sendingsOf(person) {
  const all = await within(["sending"], "readonly", (sendings) => answer(sendings.index("person").getAll(person)));
  const fresh = all.filter((one) => !one.settled_at || Date.now() - one.settled_at < SHOWN_FOR);
  return fresh.sort((one, other) => one.made_at - other.made_at);
}

export const waitingOf = async (person) => (await sendingsOf(person)).filter((one) => one.state === "waiting");

export async function sendingAbout(person, about) {
  return (await sendingsOf(person)).filter((one) => one.about === about).pop();
}

export async function changeSending(id, changes) {
  const about = await within(["sending"], "readwrite", async (sendings) => {
    const one = await answer(sendings.get(id));
    if (one) await answer(sendings.put({ ...one, ...changes }));
    return one?.about;
  });
  tell(about);
}

// Notes that something has arrived; its photos are on the server now and need no room here.
export async function settle(sending, state, reason = "") {
  await within(["sending", "photo"], "readwrite", async (sendings, photos) => {
    await answer(sendings.put({ ...sending, state, reason, problem: null, settled_at: Date.now(), body: null }));
    for (const id of photosIn(sending)) await answer(photos.delete(id));
  });
  tell(sending.about);
}

export const photosIn = (sending) => Object.values(sending.photos ?? {}).flat();

// Takes something back that was refused, so that it can be mended and handed in again under the same id.
export async function takeBack(sending) {
  await within(["draft", "sending"], "readwrite", async (drafts, sendings) => {
    const { person, about, id, draft, problem } = sending;
    const steps = problem?.isStep ? undefined : draft.steps; // such a step is to be taken again
    await answer(drafts.put({ ...draft, steps, person, about, id, changed_at: Date.now() }));
    await answer(sendings.delete(id));
  });
  tell(sending.about);
}

export async function discard(sending) {
  await within(["sending", "photo"], "readwrite", async (sendings, photos) => {
    for (const id of photosIn(sending)) await answer(photos.delete(id));
    await answer(sendings.delete(sending.id));
  });
  tell(sending.about);
}
