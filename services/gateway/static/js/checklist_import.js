// A list from a file: looked at first, with every mistake by row and column; then a draft begins with it.
import { call } from "./api.js";
import { onChosen } from "./chosen.js";
import { button, named, notice } from "./checklist_parts.js";
import { make } from "./elements.js";
import { hasWord, word } from "./words.js";

const IMPORTS = "/api/v1/inspections/checklists/imports";
const drop = document.getElementById("drop");
const told = document.getElementById("import-problem");
const found = document.getElementById("looked");

const field = document.getElementById("file");
onChosen(field, ([file]) => {
  look(file);
  field.value = "";
});
for (const kind of ["dragover", "dragenter", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("is-over", kind === "dragover" || kind === "dragenter");
    if (kind === "drop") look(event.dataTransfer.files[0]);
  });
}

const sent = (path, file) => {
  const body = new FormData();
  body.append("file", file);
  return call(path, { method: "POST", body });
};

async function look(file) {
  if (!file) return;
  found.hidden = true;
  told.replaceChildren(make("p", { className: "quiet", textContent: word("import.reading") }));
  try {
    const { body } = await sent(`${IMPORTS}/preview`, file);
    told.replaceChildren();
    draw(file, body);
  } catch (problem) {
    told.replaceChildren(notice(problem.errors[0]?.detail ?? problem.message, "bad"));
  }
}

function draw(file, one) {
  const title = one.errors.length ? file.name : named(one);
  const body = make("div", { className: "panel-body" });
  if (one.errors.length) body.append(notice(word("checklist.file_errors", { count: one.errors.length }), "bad"), errorsOf(one.errors));
  else body.append(...summary(one), button(word("checklist.begin_with_file"), (event) => begin(file, event.currentTarget), { className: "button button-main", sign: "check" }));
  found.replaceChildren(make("div", { className: "panel-head" }, make("h2", { textContent: title })), body);
  found.hidden = false;
  found.scrollIntoView({ block: "nearest" });
}

function summary(one) {
  const lines = [
    word("checklist.items_count", { count: one.items }),
    one.based_on ? word("checklist.file_changes", { count: one.changes.length }) : word("checklist.file_new", { id: one.id }),
    ...(one.problems.length ? [word("checklist.problems", { count: one.problems.length })] : []),
  ];
  const list = make("ul", { className: "import-facts" }, ...lines.map((text) => make("li", { textContent: text })));
  const rows = one.changes.slice(0, 200).map((change) => make("tr", {},
    make("td", { className: "mono", textContent: change.id }),
    make("td", { textContent: word(`checklist.kind_${change.kind}`) + (change.field ? ` · ${word(`checklist.field_${change.field}`)}` : "") }),
    make("td", { textContent: change.before }), make("td", { textContent: change.after })));
  return rows.length ? [list, tableOf(["checklist.part", "checklist.change_kind", "checklist.before", "checklist.after"], rows)] : [list];
}

function errorsOf(errors) {
  return tableOf(["checklist.row", "checklist.column", "checklist.value", "checklist.what_to_do"], errors.slice(0, 200).map((one) => make("tr", {},
    make("td", { textContent: one.row || "–" }), make("td", { textContent: one.field }), make("td", { textContent: one.value }),
    make("td", { textContent: hasWord(`checklist.wrong_${one.code}`) ? word(`checklist.wrong_${one.code}`) : one.detail }))));
}

function tableOf(titles, rows) {
  const head = make("tr", {}, ...titles.map((key) => make("th", { scope: "col", textContent: word(key) })));
  return make("div", { className: "sheet-wrap after-form" }, make("table", { className: "sheet" }, make("thead", {}, head), make("tbody", {}, ...rows)));
}

async function begin(file, pressed) {
  pressed.disabled = true;
  try {
    const { body } = await sent(IMPORTS, file);
    window.location.assign(`/checklists/versions/${body.id}`);
  } catch (problem) {
    pressed.disabled = false;
    told.replaceChildren(notice(problem.message, "bad"));
    told.scrollIntoView({ block: "nearest" });
  }
}
