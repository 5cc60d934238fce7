// Who would come into a park: counted first, then done with the number that was counted.
import { call } from "./api.js";
import { complain, read } from "./forms.js";
import { number, word } from "./words.js";

const form = document.getElementById("come");
const preview = document.getElementById("preview");
let counted = null;

function row(one) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.append(Object.assign(document.createElement("strong"), { textContent: one.name }), Object.assign(document.createElement("span"), { className: "row-note", textContent: one.address }));
  item.append(name, Object.assign(document.createElement("span"), { className: "label", textContent: word(`park.effect_${one.effect}`) }));
  return item;
}

async function count() {
  const selection = read(form);
  const { body } = await call(`${form.dataset.path}/preview`, { method: "POST", body: { selection } });
  counted = { selection, expected: body.joins + body.moves };
  const facts = Object.fromEntries(["selected", "joins", "moves", "stays"].map((name) => [name, number(body[name])]));
  document.getElementById("preview-line").textContent = word("park.preview_line", facts);
  document.getElementById("preview-rows").replaceChildren(...body.sample.map(row));
  document.getElementById("come-do").hidden = counted.expected === 0;
  preview.hidden = false;
}

async function attempt(deed) {
  const place = form.querySelector(".deed-problem");
  place.replaceChildren();
  await deed().catch((problem) => complain(place, problem));
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(count);
});
form?.addEventListener("input", () => (preview.hidden = true));
document.getElementById("come-do")?.addEventListener("click", () =>
  attempt(async () => {
    await call(form.dataset.path, { method: "POST", body: counted });
    window.location.reload();
  }),
);
