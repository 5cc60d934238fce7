// The form of a check on site: conditional items, notes and photos of faults; a draft stays on the phone until it is sent.
import { call } from "./api.js";
import { kept, locate, place, show } from "./evidence.js";
import { word } from "./words.js";

const form = document.getElementById("check");
const refused = document.getElementById("refused");
const items = [...form.querySelectorAll("[data-item]")];
const DRAFT = `sise.check.${form.dataset.task}`;

const chosen = (item) => item.querySelector('input[type="radio"]:checked');
const isFault = (item) => chosen(item)?.closest("[data-meaning]").dataset.meaning === "abnormal";
const shown = () => items.filter((item) => !item.hidden);

// An item that depends on another one appears after its answer; a hidden item hides what depends on it.
function draw() {
  const answers = {};
  for (const item of items) {
    const { if: asks, answers: wanted } = item.dataset;
    item.hidden = Boolean(asks) && !wanted.split(" ").includes(answers[asks]);
    if (!item.hidden) answers[item.dataset.item] = chosen(item)?.value;
    item.querySelector(".check-fault").hidden = !isFault(item);
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
    if (isFault(item) && note) found.notes[name] = note;
    if (isFault(item) && photos.length) found.photos[name] = photos;
  }
  return found;
}

function signatures() {
  const field = (id) => document.getElementById(id);
  return {
    signed: field("signed").checked,
    ...(field("officers") ? { officers: field("officers").value.split(/[、,，\s]+/).filter(Boolean) } : {}),
    ...(field("countersigned") ? { countersigned: field("countersigned").checked, refusal: field("refusal").value.trim() } : {}),
  };
}

function restore() {
  const draft = JSON.parse(window.localStorage.getItem(DRAFT) ?? "{}");
  for (const item of items) {
    const name = item.dataset.item;
    const radio = item.querySelector(`input[value="${draft.answers?.[name]}"]`);
    if (radio) radio.checked = true;
    item.querySelector("[data-note]").value = draft.notes?.[name] ?? "";
    for (const id of draft.photos?.[name] ?? []) show(item.querySelector("[data-evidence]"), id);
  }
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
  const bare = shown().find((item) => isFault(item) && !kept(item).length);
  if (bare) return ["check.photo_this", bare];
  return document.getElementById("signed").checked ? null : ["check.sign_first", null];
}

form.addEventListener("change", () => {
  draw();
  window.localStorage.setItem(DRAFT, JSON.stringify(content()));
});
form.addEventListener("kept", () => window.localStorage.setItem(DRAFT, JSON.stringify(content())));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const lack = missing();
  if (lack) return refuse(word(lack[0]), lack[1]);
  refuse("");
  const button = form.querySelector('button[type="submit"]');
  const position = place.known ? { longitude: place.known.longitude, latitude: place.known.latitude } : {};
  const body = { ...content(), ...position, ...signatures(), version: Number(form.dataset.version) };
  button.disabled = true;
  try {
    await call(`/api/v1/inspections/tasks/${form.dataset.task}/submit`, { method: "POST", body });
    window.localStorage.removeItem(DRAFT);
    window.location.assign(`${window.location.pathname}?done=check_handed_in`);
  } catch (problem) {
    refuse(problem.message);
    button.disabled = false;
  }
});

restore();
draw();
locate(() => {
  const key = place.known ? "check.place_known" : "check.place_none";
  document.querySelector("#place span").textContent = word(key, { metres: Math.round(place.known?.accuracy ?? 0) });
});
