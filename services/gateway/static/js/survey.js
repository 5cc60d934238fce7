// The card at the gate: position, eight questions, photo; kept on the phone before it is sent.
import { onChosen } from "./chosen.js";
import { locate, place } from "./evidence.js";
import { keepPages, person, sendSoon } from "./phone.js";
import { problemOf } from "./phone_box.js";
import { goOn, isTicked, setting, valueOf } from "./phone_form.js";
import { take } from "./phone_photos.js";
import { changeDraft, draftOf, handIn, photosOf, sendingAbout, takeBack } from "./phone_store.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const card = document.getElementById("card");
const refused = document.getElementById("refused");
const state = { photo: null };
const ABOUT = `survey:${card.dataset.enterprise}`;

const outcome = () => card.querySelector('input[name="outcome"]:checked')?.value ?? "";

function showParts() {
  for (const part of card.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== outcome();
}

function findPlace() {
  const text = document.getElementById("place");
  text.textContent = word("survey.place_waiting");
  locate(() => {
    const { accuracy } = place.known ?? {};
    text.textContent = place.known ? word("survey.place_known", { metres: Math.round(accuracy) }) : word("survey.place_none");
  });
}

function answers() {
  return [...card.querySelectorAll("[data-question]")].flatMap((part) => {
    const answer = part.querySelector('input[type="radio"]:checked')?.value;
    const ticked = [...part.querySelectorAll('input[type="checkbox"]:checked')].map((one) => one.value);
    return answer ? [{ question: part.dataset.question, answer, present: answer === "some" ? ticked : [] }] : [];
  });
}

function content() {
  const given = new FormData(card);
  const found = { enterprise_id: card.dataset.enterprise, outcome: outcome(), surveyed_at: new Date().toISOString() };
  if (outcome() === "moved") return { ...found, moved_to: given.get("moved_to").trim() };
  if (outcome() === "closed") return found;
  const contact = ["contact_name", "contact_phone"].filter((name) => given.get(name).trim());
  return {
    ...found,
    headcount: Number(given.get("headcount")),
    answers: answers(),
    ...(place.known ? { place: place.known } : {}),
    ...Object.fromEntries(contact.map((name) => [name, given.get(name).trim()])),
  };
}

// What keeps the card from being sent, as the key of the sentence that says what to do.
function missing() {
  if (!outcome()) return "survey.choose_outcome";
  if (outcome() === "moved" && !card.elements.moved_to.value.trim()) return "survey.write_moved_to";
  if (outcome() === "exists" && !/^\d{1,7}$/.test(card.elements.headcount.value)) return "survey.write_headcount";
  return "";
}

// What is filled in is kept as it is typed; a card that was refused later is filled in again with it.
const fields = [...card.querySelectorAll("input:not([type=file])")];
const filledIn = () => fields.map((field) => [field.name, isTicked(field) ? field.value : "", valueOf(field)]);
const facts = () => ({ title: document.querySelector("h1").textContent.trim(), address: window.location.pathname });

function save() {
  changeDraft(person, ABOUT, (draft) => Object.assign(draft, facts(), { fields: filledIn() })).catch(() => refuse(word("offline.full")));
}

async function restore() {
  const set = setting();
  const draft = await draftOf(person, ABOUT);
  for (const [name, value, found] of draft?.fields ?? []) {
    const field = fields.find((one) => one.name === name && (!isTicked(one) || one.value === value));
    if (field) set(field, found);
  }
  for (const ticks of card.querySelectorAll("[data-question] .ticks")) {
    const some = ticks.closest("[data-question]").querySelector('input[value="some"]');
    ticks.hidden = !some.checked;
  }
  showParts();
  const [photo] = (await photosOf(person, ABOUT)).sort((one, other) => other.taken_at.localeCompare(one.taken_at));
  if (!photo || state.photo) return;
  state.photo = photo.id;
  document.getElementById("photo-state").textContent = word("survey.photo_kept");
}

function refuse(text) {
  refused.textContent = text;
  refused.hidden = !text;
}

card.addEventListener("input", (event) => event.target.type !== "file" && save());
card.addEventListener("change", (event) => {
  if (event.target.name === "outcome") showParts();
  const question = event.target.closest("[data-question]");
  if (question && event.target.type === "radio") question.querySelector(".ticks").hidden = event.target.value !== "some";
});

card.addEventListener("submit", async (event) => {
  event.preventDefault();
  const reason = missing();
  refuse(reason && word(reason));
  if (reason) return;
  const photos = state.photo ? { photo: [state.photo] } : {};
  const draft = { ...facts(), fields: filledIn() };
  try {
    await handIn(person, ABOUT, { kind: "survey", ...facts(), photos, draft, body: content() });
  } catch {
    return refuse(word("offline.full"));
  }
  await sendSoon();
  await tellWhatBecameOfIt();
});

async function tellWhatBecameOfIt() {
  const sending = await sendingAbout(person, ABOUT);
  if (sending.state === "refused") {
    await takeBack(sending);
    return refuse(problemOf(sending.problem));
  }
  if (sending.state === "waiting") toast(word("survey.kept"));
}

onChosen(document.getElementById("photo"), async ([file]) => {
  const note = document.getElementById("photo-state");
  try {
    state.photo = (await take(file, { about: ABOUT, item: "photo", enterprise: card.dataset.enterprise })).id;
    note.textContent = word("survey.photo_kept");
  } catch (problem) {
    note.textContent = problem.name === "QuotaExceededError" ? word("offline.full") : problem.message;
  }
});

document.getElementById("locate").addEventListener("click", findPlace);
restore();
goOn(card.dataset.list, (one) => one.about === ABOUT);
findPlace();
keepPages([window.location.pathname, "/surveys"]);
