// A visit on the phone: checking in and out, what is found and the report are kept here and sent from here, one after the
// other, so that all of it can be done without a connection.
import { kept, locate, place } from "./evidence.js";
import { complain, read } from "./forms.js";
import { keepPages, keptAt, person, sendSoon } from "./phone.js";
import { draw as drawBox, isNewerThanPage, problemOf } from "./phone_box.js";
import { goOn, setting, valueOf } from "./phone_form.js";
import { bindPhotos, restorePhotos } from "./phone_photos.js";
import { changeDraft, discard, draftOf, handIn, sendingsOf, takeBack } from "./phone_store.js";
import { word } from "./words.js";

const visit = document.getElementById("visit");
const { visit: ID, task: TASK, state: STATE, allowed: ALLOWED, found: FOUND } = visit.dataset;
const CHAIN = `visit:${ID}`;
const PAGE = window.location.pathname;
const NEXT = { start: "started", end: "ended", report: "reported" };
const OPEN = { start: ["planned"], find: ["started", "ended"], end: ["started"], report: ["ended"], check: ["started", "ended"] };
const forms = [...document.querySelectorAll("form[data-on-phone]")];
const title = document.querySelector("h1").textContent.trim();
const about = (form) => `${CHAIN}:${form.dataset.act}`;
const withPhotos = (form) => "item" in form.dataset;

// How far the clock of the server is ahead of the phone's: what the phone tells is told in the time of the server.
const ahead = Date.parse(visit.dataset.now) - (keptAt ? Date.parse(keptAt) : performance.timeOrigin);
const now = () => new Date(Date.now() + ahead).toISOString();

const chain = async () => (await sendingsOf(person)).filter((one) => one.chain === CHAIN);

// Shows what can be done next: what the server allows, and after something was done here, what follows that.
async function drawSteps() {
  const all = await chain();
  const going = all.filter(isNewerThanPage);
  const state = going.reduce((before, one) => NEXT[one.act] ?? before, STATE);
  const isPossible = (act) => (going.length ? OPEN[act].includes(state) : ALLOWED.split(" ").includes(act));
  for (const form of forms) form.hidden = !isPossible(form.dataset.act);
  const link = document.getElementById("fill");
  if (link) link.hidden = !OPEN.check.includes(state) || all.some((one) => one.kind === "check");
  const isFault = Number(FOUND) > 0 || all.some((one) => one.act === "find" || one.faults > 0);
  conclude(isFault ? "not_in_order" : "in_order");
}

// The conclusion follows from what was found, also from what has not arrived yet.
function conclude(conclusion) {
  const field = document.querySelector('form[data-act="report"] [name="conclusion"]');
  if (field) field.value = conclusion;
  for (const label of document.querySelectorAll("[data-conclusion]")) label.hidden = label.dataset.conclusion !== conclusion;
}

function tellPlace() {
  const key = place.known ? "check.place_known" : "visit.place_none";
  for (const form of document.querySelectorAll(".visit-position")) {
    form.querySelector("[data-position] span").textContent = word(key, { metres: Math.round(place.known?.accuracy ?? 0) });
    form.querySelector('button[type="submit"]').disabled = !place.known;
  }
}

const fieldsOf = (form) => [...form.elements].filter((one) => one.matches("textarea, select, input:not([type=hidden], [type=file], [data-kind=many])"));
const filledIn = (form) => Object.fromEntries(fieldsOf(form).map((field) => [field.name, valueOf(field)]));
const named = (form) => ({ title: `${title} · ${word(`visit.act_${form.dataset.act}`)}`, address: PAGE });

function save(form) {
  const saved = changeDraft(person, about(form), (draft) => Object.assign(draft, named(form), { fields: filledIn(form) }));
  saved.catch(() => refuse(form, word("offline.full")));
}

async function restore(form) {
  const set = setting();
  const draft = await draftOf(person, about(form));
  for (const field of fieldsOf(form)) if (field.name in (draft?.fields ?? {})) set(field, draft.fields[field.name]);
  await restorePhotos(form, about(form));
}

const refuse = (form, message) => complain(form.querySelector(".deed-problem"), { message, errors: [] });

function handedIn(form) {
  const { item, act, sends } = form.dataset;
  const { [item]: _, ...body } = read(form);
  const time = { start: { at: now() }, end: { at: now() }, find: { found_at: now() } }[act] ?? {};
  const draft = withPhotos(form) ? { draft: { ...named(form), fields: filledIn(form) } } : {};
  const photos = withPhotos(form) ? { [item]: kept(form) } : {};
  return { kind: "visit", chain: CHAIN, act, visit: ID, sends, ...named(form), photos, ...draft, body: { ...body, ...time } };
}

async function submit(form) {
  form.querySelector(".deed-problem").replaceChildren();
  if (!withPhotos(form)) await new Promise(locate); // who leaves may stand elsewhere than who came
  const sending = await handIn(person, about(form), handedIn(form)).catch(() => null);
  if (!sending) return refuse(form, word("offline.full"));
  form.reset();
  form.querySelector(".evidence-kept")?.replaceChildren();
  await drawSteps();
  await sendSoon();
  await tellWhatBecameOf(sending, form);
}

// What is refused while one stands here is told at its form; what was kept is told by the box above.
async function tellWhatBecameOf({ id }, form) {
  const sending = (await chain()).find((one) => one.id === id);
  if (sending?.state === "refused") {
    await (withPhotos(form) ? takeBack(sending) : discard(sending));
    await restore(form);
    refuse(form, problemOf(sending.problem));
  }
  await drawBox();
}

for (const form of forms) {
  if (withPhotos(form)) bindPhotos(form, about(form), () => save(form));
  if (withPhotos(form)) form.addEventListener("input", (event) => event.target.type !== "file" && save(form));
  restore(form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.submitter.disabled = true;
    await submit(form);
    event.submitter.disabled = false;
  });
}
if (forms.length) {
  goOn(PAGE, (one) => one.chain === CHAIN, drawSteps);
  drawSteps();
  locate(tellPlace);
  keepPages([PAGE, `/tasks/${TASK}`, "/visits"]);
}
