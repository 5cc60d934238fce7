// The form of an application: a place out of the ledger, and who may take on which role in that time.
import { call } from "./api.js";
import { locate, place } from "./evidence.js";
import { complain, read } from "./forms.js";
import { word } from "./words.js";

const form = document.getElementById("application");
const crew = form.querySelector('[data-rows="crew"]');
const ledger = document.getElementById("place_id");
const free = document.getElementById("free-place");
const words = document.getElementById("place");
const note = document.getElementById("place-note");
const here = document.getElementById("at-place");
const TIMES = ["starts_at", "ends_at"];

// Asks who may take on the role of a row; the last answer counts, and who was chosen stays when that is still possible.
async function offer(row) {
  const box = row.querySelector(".permit-candidates");
  const role = row.querySelector('[data-part="role"]').value;
  const turn = String(Number(box.dataset.turn ?? 0) + 1);
  box.dataset.turn = turn;
  const query = new URLSearchParams({ kind: form.elements.kind.value, role, ruleset: form.dataset.ruleset });
  for (const name of TIMES) query.set(name, form.elements[name].value);
  const answer = await fetch(`/permits/candidates?${query}`, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected || box.dataset.turn !== turn) return; // the page says who has to sign in again
  const drawn = await answer.text();
  if (box.dataset.turn !== turn) return;
  const chosen = box.querySelector("select").value;
  box.innerHTML = drawn;
  const option = [...box.querySelectorAll("option")].find((one) => one.value === chosen);
  if (option && !option.disabled) box.querySelector("select").value = chosen;
  else if (chosen) box.querySelector("details")?.setAttribute("open", "");
}

const offerAll = () => [...crew.querySelectorAll(".permit-row")].forEach(offer);
crew.addEventListener("added", (event) => offer(event.target));
crew.addEventListener("change", (event) => {
  if (event.target.dataset.part === "role") offer(event.target.closest(".permit-row"));
});
for (const name of TIMES) form.elements[name].addEventListener("change", offerAll);
offerAll();

// What the ledger says of a place is filled in where nobody has answered, and taken out again with the place.
function fill(known) {
  for (const field of form.querySelectorAll("[data-from-ledger]")) {
    delete field.dataset.fromLedger;
    if (field.type === "radio") field.checked = false;
    else field.value = "";
  }
  let filled = 0;
  for (const [name, value] of Object.entries(known)) {
    const fields = [...form.querySelectorAll(`[name="${name}"]`)];
    const isOpen = fields.length > 0 && fields.every((field) => (field.type === "radio" ? !field.checked : field.value === ""));
    const field = fields.find((one) => one.type !== "radio" || one.value === value);
    if (!isOpen || !field || field.type === "checkbox") continue;
    if (field.type === "radio") field.checked = true;
    else field.value = value;
    field.dataset.fromLedger = "";
    filled += 1;
  }
  return filled;
}

function choose() {
  const option = ledger.selectedOptions[0];
  const isListed = ledger.value !== "";
  free.hidden = isListed;
  words.value = isListed ? option.dataset.text.slice(0, words.maxLength) : "";
  here.checked = false;
  tellPosition();
  const filled = fill(isListed ? JSON.parse(option.dataset.known ?? "{}") : {});
  note.textContent = filled ? word("permit.from_ledger", { count: filled }) : "";
}
ledger.addEventListener("change", choose);

// Where the phone is, is where the work is only when somebody says so.
function tellPosition() {
  for (const field of free.querySelectorAll("[data-position]")) {
    const known = here.checked && place.known;
    const found = known ? { ...place.known, accuracy_m: place.known.accuracy } : {};
    if (known) field.name = field.dataset.position;
    else field.removeAttribute("name");
    field.value = found[field.dataset.position] ?? "";
  }
}
here.addEventListener("change", () => {
  note.textContent = "";
  if (!here.checked) return tellPosition();
  locate(() => {
    here.checked = Boolean(place.known);
    tellPosition();
    note.textContent = place.known ? word("permit.place_located", { metres: place.known.accuracy.toFixed(0) }) : word("workplace.gps_none");
  });
});

const dialog = document.getElementById("new-place");
document.getElementById("enter-place")?.addEventListener("click", () => {
  const title = document.getElementById("new-title");
  if (!title.value) title.value = words.value.slice(0, title.maxLength);
  dialog.showModal();
});
dialog?.querySelector("[data-shut]").addEventListener("click", () => dialog.close());
dialog?.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = read(event.target);
  if (here.checked && place.known) {
    const { longitude, latitude, accuracy } = place.known;
    Object.assign(body, { location: { longitude, latitude, accuracy_m: accuracy }, found_by: "gps" });
  }
  try {
    const entered = (await call("/api/v1/permits/places", { method: "POST", body })).body;
    const text = `${entered.number} ${entered.title}`;
    const option = new Option(text, entered.id);
    option.dataset.text = text;
    ledger.prepend(option);
    ledger.value = entered.id;
    dialog.close();
    choose();
  } catch (problem) {
    complain(dialog.querySelector(".deed-problem"), problem);
  }
});
