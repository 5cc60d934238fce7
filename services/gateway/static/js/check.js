// The form of a check on site: conditional items, notes and photos of faults. All of it is kept on the phone as it is
// filled in, and sent from there.
import { kept, locate, place } from "./evidence.js";
import { keepPages, person, sendSoon } from "./phone.js";
import { draw as drawBox } from "./phone_box.js";
import { goOn, setting, valueOf } from "./phone_form.js";
import { bindPhotos, restorePhotos } from "./phone_photos.js";
import { changeDraft, draftOf, handIn, onChangeElsewhere, sendingsOf } from "./phone_store.js";
import { word } from "./words.js";

const form = document.getElementById("check");
const refused = document.getElementById("refused");
const items = [...form.querySelectorAll("[data-item]")];
const signing = [...form.querySelectorAll("[data-signing] input")];
const ABOUT = `task:${form.dataset.task}`;
const CHAIN = form.dataset.visit ? `visit:${form.dataset.visit}` : ""; // a check on a visit waits for its beginning
const PAGE = window.location.pathname;
const title = document.querySelector("h1").textContent.trim();
let draftId = "";

const chosen = (item) => item.querySelector('input[type="radio"]:checked');
const isFault = (item) => chosen(item)?.closest("[data-meaning]").dataset.meaning === "abnormal";
const isAnswered = (item) => (chosen(item)?.closest("[data-meaning]").dataset.meaning ?? "not_applicable") !== "not_applicable";
// A fault needs a photo; the list may ask for one of an item whatever the answer.
const needsPhoto = (item) => isFault(item) || ("photographed" in item.dataset && isAnswered(item));
const shown = () => items.filter((item) => !item.hidden);

// An item that depends on another one appears after its answer; a hidden item hides what depends on it.
function draw() {
  const answers = {};
  for (const item of items) {
    const { if: asks, answers: wanted } = item.dataset;
    item.hidden = Boolean(asks) && !wanted.split(" ").includes(answers[asks]);
    if (!item.hidden) answers[item.dataset.item] = chosen(item)?.value;
    item.querySelector(".check-fault").hidden = !needsPhoto(item);
  }
  const all = shown();
  const count = all.filter(chosen).length;
  document.getElementById("answered").textContent = word("check.answered", { count, all: all.length });
  Object.assign(form.querySelector("progress"), { max: all.length, value: count });
}

function content() {
  const found = { answers: {}, notes: {}, photos: {} };
  for (const item of shown()) {
    const name = item.dataset.item;
    const note = item.querySelector("[data-note]").value.trim();
    const photos = kept(item);
    if (chosen(item)) found.answers[name] = chosen(item).value;
    if (needsPhoto(item) && note) found.notes[name] = note;
    if (needsPhoto(item) && photos.length) found.photos[name] = photos;
  }
  return found;
}

// Government supervision signs the record of the check on a page of its own, and has no tick here.
const tick = document.getElementById("signed");

// Writes down what was changed: one item, or who signs. Two tabs with the same check do not undo each other.
async function save({ target }) {
  const item = target.closest("[data-item]");
  const saved = changeDraft(person, ABOUT, (draft) => {
    Object.assign(draft, { title, address: PAGE });
    const name = item?.dataset.item;
    if (item) (draft.answers ??= {})[name] = chosen(item)?.value;
    if (item) (draft.notes ??= {})[name] = item.querySelector("[data-note]").value;
    else draft.signing = Object.fromEntries(signing.map((one) => [one.id, valueOf(one)]));
  });
  draftId = (await saved.catch(() => refuse(word("offline.full")))) ?? draftId;
}

// The beginning of the visit may still wait on this phone.
async function isVisitBegun() {
  return CHAIN !== "" && (await sendingsOf(person)).some((one) => one.chain === CHAIN && one.act === "start" && one.state !== "refused");
}

async function restore() {
  const set = setting();
  const draft = (await draftOf(person, ABOUT)) ?? {};
  draftId = draft.id ?? draftId;
  for (const item of items) {
    const name = item.dataset.item;
    const radio = item.querySelector(`input[value="${draft.answers?.[name]}"]`);
    const note = draft.notes?.[name];
    if (radio) set(radio, true);
    if (note !== undefined) set(item.querySelector("[data-note]"), note);
  }
  for (const one of signing) if (one.id in (draft.signing ?? {})) set(one, draft.signing[one.id]);
  if (draft.steps) document.body.classList.add("is-begun-here");
  if (draft.steps || (await isVisitBegun())) document.getElementById("form-part").hidden = false;
  await restorePhotos(form, ABOUT);
  draw();
}

function refuse(text, item) {
  refused.textContent = text;
  refused.hidden = !text;
  for (const one of items) one.classList.toggle("is-missing", one === item);
  item?.scrollIntoView({ block: "center" });
}

// What keeps the check from being handed in: the sentence and the item that it is about.
function missing() {
  const open = shown().find((item) => "mandatory" in item.dataset && !chosen(item));
  if (open) return ["check.answer_this", open];
  const bare = shown().find((item) => needsPhoto(item) && !kept(item).length);
  if (bare) return ["check.photo_this", bare];
  return !tick || tick.checked ? null : ["check.sign_first", null];
}

function handedIn({ steps = [] } = {}) {
  const { photos, ...found } = content();
  const position = place.known ? { longitude: place.known.longitude, latitude: place.known.latitude } : {};
  const finished = { finished_at: new Date().toISOString(), list_version: Number(form.dataset.list) };
  const draft = { answers: found.answers, notes: found.notes, title, address: PAGE };
  return {
    kind: "check",
    chain: CHAIN,
    faults: shown().filter(isFault).length,
    draftId,
    task: form.dataset.task,
    title,
    address: PAGE,
    photos,
    draft: { ...draft, ...(steps.length ? { steps } : {}) },
    steps,
    body: { ...found, ...position, signed: Boolean(tick?.checked), ...finished },
  };
}

form.addEventListener("change", (event) => {
  if (event.target.type !== "file") save(event);
  draw();
});
form.addEventListener("input", (event) => event.target.matches("[data-note], [data-signing] input") && save(event));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const lack = missing();
  if (lack) return refuse(word(lack[0]), lack[1]);
  refuse("");
  try {
    await handIn(person, ABOUT, handedIn(await draftOf(person, ABOUT)));
    await drawBox();
    window.scrollTo({ top: 0 });
    sendSoon();
  } catch {
    refuse(word("offline.full"));
  }
});

// Checking in without a connection is noted here with its time and place, and sent before the check.
document.querySelector('[data-act="check_in"]')?.addEventListener("unsent", (event) => {
  event.preventDefault();
  const { longitude, latitude } = event.detail;
  const step = { event: "check_in", longitude, latitude, done_at: new Date().toISOString() };
  changeDraft(person, ABOUT, (draft) => Object.assign(draft, { title, address: PAGE, steps: [step] })).then(restore);
});

bindPhotos(form, ABOUT, draw);
goOn(`${PAGE}?done=check_handed_in`, (one) => one.about === ABOUT);
onChangeElsewhere((about) => about === ABOUT && restore());
restore();
keepPages([PAGE, "/tasks"]);
locate(() => {
  const key = place.known ? "check.place_known" : "check.place_none";
  document.querySelector("#place span").textContent = word(key, { metres: Math.round(place.known?.accuracy ?? 0) });
});
