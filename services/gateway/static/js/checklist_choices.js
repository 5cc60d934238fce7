// Which list is for whom: rules in an order, moved by buttons, sent together with the version that was read.
import { call } from "./api.js";
import { complain } from "./forms.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const form = document.getElementById("choices");
const list = form.querySelector(".choice-list");
const place = document.getElementById("choices-problem");

const ticked = (row, name) => [...row.querySelectorAll(`[data-${name}]:checked`)].map((box) => box.dataset[name]);

function ruleOf(row) {
  const words = row.querySelector('[data-name="prefixes"]').value.split(/[\s,，、;；]+/).filter(Boolean);
  return {
    checklist: row.querySelector('[data-name="checklist"]').value,
    prefixes: words.length ? words : [""],
    tiers: ticked(row, "tier").map(Number),
    features: ticked(row, "feature"),
  };
}

list.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (!pressed) return;
  const row = pressed.closest("[data-rule]");
  if ("remove" in pressed.dataset) return row.remove();
  const by = Number(pressed.dataset.move);
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (other) by < 0 ? other.before(row) : other.after(row);
  return pressed.focus();
});

document.getElementById("add").addEventListener("click", () => {
  list.prepend(document.getElementById("blank").content.firstElementChild.cloneNode(true));
  list.querySelector("select").focus();
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  place.replaceChildren();
  const body = { rules: [...list.querySelectorAll("[data-rule]")].map(ruleOf), note: form.elements.note.value.trim() };
  try {
    await call("/api/v1/inspections/checklists/choices", { method: "PUT", headers: { "If-Match": `"${form.dataset.version}"` }, body });
    toast(word("checklist.decided"));
    window.location.reload();
  } catch (problem) {
    const rows = (problem.facts?.problems ?? []).map((one) => ({ detail: word("checklist.row_problem", { row: one.row, text: word(`checklist.problem_${one.code}`) }) }));
    complain(place, { message: problem.message, errors: [...problem.errors, ...rows] });
  }
});
