// Behaviour of every page: htmx settings, "/" to search, arrow keys in results, menus that close.
import { csrf, isBack, isWriting } from "./api.js";
import "./phone_leaving.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = csrf;
});
document.addEventListener("htmx:responseError", async (event) => {
  const { status } = event.detail.xhr;
  if (status === 403 && (await isBack())) return; // the next entry is asked about again
  if (status === 401) window.location.reload();
  else toast(word("toast.failed"), { bad: true });
});
// Where the session has ended the page is to be loaded again: not while somebody writes in it.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (!isWriting() || event.detail.xhr.getResponseHeader("HX-Refresh") !== "true") return;
  event.preventDefault();
  const text = word("toast.signed_out");
  if (![...document.querySelectorAll(".toast-note")].some((note) => note.textContent === text)) toast(text, { bad: true });
});
document.addEventListener("htmx:sendError", () => toast(word("toast.offline"), { bad: true }));

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector("[data-page-search]") ?? document.getElementById("finder");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || event.target === menu) menu.open = false; // a drawer is its own veil
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = event.target.closest("details.menu");
  if (!step || !menu) return;
  event.preventDefault();
  menu.open = true;
  const links = [...menu.querySelectorAll("a, button")];
  links.at((links.indexOf(event.target) + (step < 0 && event.target.matches("summary") ? 0 : step)) % links.length).focus();
});
document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// On a phone a table is drawn row by row: each cell gets the name of its column.
function nameCells(part) {
  for (const table of part.querySelectorAll("table.is-stacked")) {
    const names = [...table.querySelectorAll("thead th")].map((head) => (head.querySelector(".visually-hidden") ? "" : head.innerText.trim()));
    for (const cell of table.querySelectorAll("tbody tr > td:not(:first-child):not([data-label])")) {
      const name = names[cell.cellIndex];
      if (name && cell.innerText.trim() && !cell.hasAttribute("colspan")) cell.dataset.label = name;
    }
  }
}
nameCells(document);
document.addEventListener("htmx:afterSettle", () => nameCells(document));
for (const here of document.querySelectorAll(".tabs [aria-current], .segments > [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

const finder = document.getElementById("finder");
if (finder) guideFinder(finder, document.getElementById("found"));

function guideFinder(field, list) {
  let chosen = -1;
  const options = () => [...list.querySelectorAll("a")];
  const show = (isOpen) => {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) choose(-1);
  };
  const choose = (index) => {
    const all = options();
    chosen = all.length ? (index + all.length) % all.length : -1;
    if (index < 0 && chosen === all.length - 1 && field.value === "") chosen = -1;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", all[chosen]?.id ?? "");
    all[chosen]?.scrollIntoView({ block: "nearest" });
  };
  list.addEventListener("htmx:afterSwap", () => {
    chosen = -1;
    show(field.value.trim() !== "" && document.activeElement === field);
  });
  field.addEventListener("focus", () => show(field.value.trim() !== "" && list.childElementCount > 0));
  field.addEventListener("blur", () => setTimeout(() => show(list.contains(document.activeElement)), 150));
  field.addEventListener("input", () => field.value.trim() === "" && show(false));
  field.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && !list.hidden) {
      event.preventDefault();
      choose(chosen < 0 && event.key === "ArrowUp" ? options().length - 1 : chosen + steps[event.key]);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      options()[chosen].click();
    } else if (event.key === "Escape") {
      show(false);
      field.blur();
    }
  });
}
