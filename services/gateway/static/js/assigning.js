// Gives several tasks to one person: each by itself, so that one that cannot be given keeps none of the others back.
import { call } from "./api.js";
import { number, word } from "./words.js";

const form = document.getElementById("assign");
const told = document.getElementById("assigned");

async function give(box, owner) {
  const path = `/api/v1/inspections/tasks/${box.value}/steps`;
  try {
    await call(path, { method: "POST", body: { event: "assign", owner } });
    box.closest("li").remove();
    return "";
  } catch (problem) {
    return problem.message;
  }
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const boxes = [...form.querySelectorAll("input[name=tasks]:checked")];
  event.submitter?.setAttribute("disabled", "");
  const refused = [];
  for (const [at, box] of boxes.entries()) {
    told.textContent = word("task.assigning", { count: number(at + 1), all: number(boxes.length) });
    const why = await give(box, form.elements.owner.value);
    if (why) refused.push(why);
  }
  const given = word("task.assigned", { count: number(boxes.length - refused.length) });
  told.textContent = [given, ...(refused.length ? [word("task.not_assigned", { count: number(refused.length) })] : []), ...new Set(refused)].join(" ");
  event.submitter?.removeAttribute("disabled");
});
