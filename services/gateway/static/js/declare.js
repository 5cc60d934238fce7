// One job of a declaration: only what the chosen kind of work asks for is shown, needed and sent.
import { call } from "./api.js";
import { complain, read } from "./forms.js";

const DAY = 24 * 3600 * 1000;
const form = document.getElementById("declare");

function isAsked(kinds, kind, isContractor) {
  return kinds === "all" || (kinds === "contractor" ? isContractor : kinds.split(" ").includes(kind));
}

function arrange() {
  const kind = form.elements.kind.value;
  const isContractor = form.elements.is_contractor.value === "true";
  for (const question of form.querySelectorAll("[data-question]")) {
    question.hidden = !isAsked(question.dataset.kinds, kind, isContractor);
    for (const field of question.querySelectorAll("input")) field.disabled = question.hidden;
  }
}

// Work that ends at an earlier hour than it begins goes on into the next day.
function times() {
  const [from, to] = ["from", "to"].map((name) => new Date(`${form.dataset.day}T${document.getElementById(name).value}:00+08:00`));
  const end = to > from ? to : new Date(to.getTime() + DAY);
  return { starts_at: from.toISOString(), ends_at: end.toISOString() };
}

form.addEventListener("change", arrange);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.submitter?.setAttribute("disabled", "");
  const body = { enterprise_id: form.dataset.enterprise, day: form.dataset.day, jobs: [{ ...read(form), ...times() }] };
  try {
    await call("/api/v1/permits/declarations", { method: "POST", body });
    window.location.assign(form.dataset.then);
  } catch (problem) {
    complain(form.querySelector(".deed-problem"), problem);
    event.submitter?.removeAttribute("disabled");
  }
});
arrange();
