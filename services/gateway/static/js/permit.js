// Permits: rows of a form that are added, what a measured value means, and where who signs stands.
import { call } from "./api.js";
import { locate } from "./evidence.js";
import { complain, read } from "./forms.js";
import { word } from "./words.js";

const number = (value) => Number(value.toPrecision(4));

// Rows such as the crew or the hazards: one object each, of the fields of the row.
function rowsOf(form) {
  const lists = {};
  for (const list of form.querySelectorAll("[data-rows]")) {
    const rows = [...list.querySelectorAll(".permit-row")].map((row) =>
      Object.fromEntries([...row.querySelectorAll("[data-part]")].map((field) => [field.dataset.part, field.value.trim()])),
    );
    lists[list.dataset.rows] = rows.filter((row) => Object.values(row).every(Boolean));
  }
  return lists;
}

function addRow(list, role) {
  list.append(list.querySelector("template").content.cloneNode(true));
  const row = list.lastElementChild;
  if (role) row.querySelector('[data-part="role"]').value = role;
  row.dispatchEvent(new Event("added", { bubbles: true }));
}

for (const list of document.querySelectorAll("[data-rows]")) {
  for (const role of (list.dataset.begin ?? "").split(" ")) addRow(list, role);
}
document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-add]")?.dataset.add;
  if (name) addRow(document.querySelector(`[data-rows="${name}"]`));
});

for (const form of document.querySelectorAll("form.permit-deed")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.submitter?.setAttribute("disabled", "");
    const [method, path] = form.dataset.send.split(" ");
    try {
      const { body } = await call(path, { method, body: { ...read(form), ...rowsOf(form) } });
      const next = form.dataset.then?.replace("{id}", body.id);
      if (next) window.location.assign(next);
      else window.location.reload();
    } catch (problem) {
      complain(form.querySelector(".deed-problem"), problem);
      event.submitter?.removeAttribute("disabled");
    }
  });
}

// What belongs into a measure is asked for as soon as it is said to be involved.
for (const note of document.querySelectorAll(".permit-note")) {
  const row = note.closest("li");
  const ask = () => (note.required = row.querySelector('[value="true"]').checked);
  row.addEventListener("change", ask);
  ask();
}

const gas = document.getElementById("gas-form");
if (gas) watchGas(gas, document.getElementById("judged"));

function watchGas(form, line) {
  let asked = 0;
  const draw = async () => {
    const chosen = form.elements.gas.selectedOptions[0];
    const { group, lel } = chosen.dataset;
    form.querySelector('[data-for="oxygen"]').hidden = group !== "oxygen";
    form.querySelector('[data-for="other"]').hidden = !(group === "combustible" && Number(lel) === 0);
    const { version, point, ...given } = read(form);
    delete line.dataset.acceptable; // the text stays: what moves under a finger is not pressed
    if (typeof given.value !== "number") return;
    const turn = (asked += 1);
    const body = { ...given, value: String(given.value), purpose: form.dataset.purpose, ruleset: form.dataset.ruleset };
    try {
      const { verdict } = (await call("/api/v1/permits/forms/gas", { method: "POST", body })).body;
      if (turn === asked) tell(line, verdict, given);
    } catch (problem) {
      if (turn === asked) line.textContent = problem.message;
    }
  };
  const change = () => {
    const { group } = form.elements.gas.selectedOptions[0].dataset;
    form.elements.unit.value = { oxygen: "vol_pct", toxic: "ppm" }[group] ?? "lel_pct";
    draw();
  };
  form.elements.gas.addEventListener("change", change);
  form.addEventListener("input", draw);
  change();
}

function tell(line, verdict, given) {
  const unit = word(`permit.unit_${verdict.unit}`);
  const limit = verdict.least === null ? `≤ ${number(verdict.limit)}` : `${number(verdict.least)} – ${number(verdict.limit)}`;
  const shown = `${given.value} ${word(`permit.unit_${given.unit}`)}`;
  const judged = given.unit === verdict.unit ? shown : `${shown} = ${number(verdict.value)} ${unit}`;
  const facts = { value: judged, limit: `${limit} ${unit}`, clause: verdict.clause };
  line.dataset.acceptable = verdict.is_acceptable;
  line.textContent = word(verdict.is_acceptable ? "permit.judged_good" : "permit.judged_bad", facts);
}

const here = document.getElementById("here");
if (here) {
  const form = here.closest("form");
  const askWhy = () => (form.querySelector(".permit-remote").open = true);
  form.addEventListener("refused", ({ detail }) => detail.code === "not_on_site" && askWhy());
  locate(() => {
    const found = form.elements.longitude.value;
    here.lastChild.textContent = ` ${word(!found ? "permit.not_located" : "unplaced" in here.dataset ? "permit.unplaced" : "permit.located")}`;
    if (!found) askWhy();
  });
}
