// A field that finds an enterprise by words and keeps its id in the hidden field that `data-finds` names.
import { call } from "./api.js";

const PAUSE = 180;

for (const field of document.querySelectorAll("input[data-finds]")) {
  const kept = document.getElementById(field.dataset.finds);
  const list = field.closest(".finding").querySelector(".finding-list");
  let waiting = 0;

  // Words alone name nobody: one of the list must be chosen.
  const judge = () => field.setCustomValidity(kept.value || !field.value.trim() ? "" : field.dataset.missing);

  const choose = (one) => {
    kept.value = one.id;
    field.value = one.name;
    list.hidden = true;
    judge();
  };

  const option = (one) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: one.name });
    button.append(Object.assign(document.createElement("span"), { className: "row-note mono", textContent: one.uscc }));
    button.addEventListener("click", () => choose(one));
    item.append(button);
    return item;
  };

  const find = async () => {
    const q = field.value.trim();
    const items = q ? (await call(`/api/v1/search?limit=8&facets=false&q=${encodeURIComponent(q)}`)).body.items : [];
    list.replaceChildren(...items.map(option));
    list.hidden = items.length === 0;
  };

  field.addEventListener("input", () => {
    kept.value = "";
    judge();
    clearTimeout(waiting);
    waiting = setTimeout(find, PAUSE);
  });
}
