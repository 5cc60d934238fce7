// Rows with a box each: all at once, how many are picked, and a button that needs some.
import { number, word } from "./words.js";

const form = document.querySelector("form[data-picks]");
const all = document.getElementById("pick-all");
const told = document.getElementById("picked");
const boxes = form ? [...form.querySelectorAll("input[type=checkbox][data-kind=many]")] : [];

function count() {
  const picked = boxes.filter((box) => box.checked).length;
  told.textContent = word(told.dataset.word, { count: number(picked) });
  all.checked = picked > 0 && picked === boxes.length;
  all.indeterminate = picked > 0 && picked < boxes.length;
  for (const button of form.querySelectorAll("[data-needs-picks]")) button.disabled = picked === 0;
}

if (form) {
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  form.addEventListener("change", count);
  count();
}
