// Import wizard: the file stays in the browser until it is sent; the server draws progress and result.
import { call } from "./api.js";
import { number, word } from "./words.js";

const IMPORTS = "/api/v1/registry/imports";
const LARGEST = 200 * 1024 * 1024;
const SHOWN_ROWS = 8;
const stage = document.getElementById("stage");
const steps = document.getElementById("steps");
let file = null;

function goTo(step) {
  let isPast = true;
  for (const item of steps.children) {
    const isCurrent = item.dataset.step === step;
    if (isCurrent) isPast = false;
    item.classList.toggle("is-past", isPast);
    item.toggleAttribute("aria-current", isCurrent);
    if (isCurrent) item.setAttribute("aria-current", "step");
  }
}

function follow() {
  const shown = document.getElementById("shown");
  if (shown) goTo(shown.dataset.state === "running" ? "run" : "result");
}

const drop = document.getElementById("drop");
if (drop) {
  document.getElementById("file").addEventListener("change", (event) => choose(event.target.files[0]));
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => over(event, true));
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, (event) => over(event, false));
  drop.addEventListener("drop", (event) => choose(event.dataTransfer.files[0]));
}

function over(event, isOver) {
  event.preventDefault();
  drop.classList.toggle("is-over", isOver);
}

async function choose(chosen) {
  if (!chosen) return;
  if (chosen.size > LARGEST) return complain(word("import.too_large"));
  file = chosen;
  complain("");
  try {
    const { body } = await call(`${IMPORTS}/preview`, { method: "POST", body: form({}) });
    showPreview(body);
    goTo("preview");
  } catch (problem) {
    complain(problem.errors?.[0]?.detail ?? problem.message);
  }
}

function form(fields) {
  const filled = new FormData();
  for (const [name, value] of Object.entries(fields)) filled.set(name, value);
  filled.set("file", file, file.name);
  return filled;
}

function complain(text) {
  const place = document.getElementById("choose-problem");
  if (!place) return;
  place.replaceChildren(...(text ? [make("div", { className: "notice notice-bad", textContent: text })] : []));
}

function showPreview(preview) {
  const panel = document.getElementById("preview");
  const head = make("div", { className: "panel-head" });
  head.append(make("h2", { textContent: file.name }));
  const body = make("div", { className: "panel-body" });
  body.append(facts(preview), columns(preview), ...warnings(preview));
  const actions = make("div", { className: "panel-body preview-actions" });
  actions.append(
    button(word("import.run"), "button button-main", () => send(false)),
    button(word("import.try"), "button", () => send(true)),
    button(word("import.other_file"), "button button-quiet", () => window.location.reload()),
  );
  panel.replaceChildren(head, body, samples(preview), actions);
  panel.hidden = false;
  document.getElementById("choose").hidden = true;
  document.getElementById("past").hidden = true;
}

function facts(preview) {
  const line = make("p", { className: "preview-facts" });
  const unknown = preview.columns.unrecognised.length;
  const entries = {
    format: preview.format,
    columns: `${preview.header.length - unknown} / ${preview.header.length}`,
    checked: number(preview.rows_read),
    refusable: number(preview.rows_refused),
  };
  for (const [name, value] of Object.entries(entries)) {
    const item = make("span", { textContent: `${word(`import.fact_${name}`)} ` });
    item.append(make("strong", { textContent: value }));
    line.append(item);
  }
  return line;
}

function columns(preview) {
  const list = make("ul", { className: "columns" });
  const meanings = new Map();
  for (const [field, header] of Object.entries(preview.columns.recognised)) meanings.set(header, word(`field.${field}`));
  for (const header of Object.values(preview.columns.features)) meanings.set(header, word("field.features"));
  for (const header of preview.header) {
    const meaning = meanings.get(header);
    const text = meaning ? `${header} → ${meaning}` : `${header} · ${word("import.ignored")}`;
    list.append(make("li", { className: meaning ? "" : "is-unknown", textContent: text }));
  }
  return list;
}

function warnings(preview) {
  const has = (field) => field in preview.columns.recognised;
  const keys = [];
  if (!has("longitude") && !has("division")) keys.push("import.warn_place");
  if (!has("scope") && !has("industry")) keys.push("import.warn_scope");
  if (preview.rows_refused) keys.push("import.warn_refused");
  return keys.map((key) => make("div", { className: "notice notice-warning", textContent: word(key, { count: number(preview.rows_refused) }) }));
}

function samples(preview) {
  const holder = make("div", { className: "preview-table", tabIndex: 0 });
  const table = make("table", { className: "sheet" });
  const head = table.createTHead().insertRow();
  for (const header of preview.header) head.append(make("th", { scope: "col", textContent: header }));
  const body = table.createTBody();
  for (const row of preview.first_rows.slice(0, SHOWN_ROWS)) {
    const line = body.insertRow();
    for (const cell of row.cells) line.append(make("td", { textContent: cell, title: cell }));
  }
  holder.append(table);
  return holder;
}

async function send(isDryRun) {
  for (const one of stage.querySelectorAll("button")) one.disabled = true;
  try {
    const { body } = await call(IMPORTS, { method: "POST", body: form(isDryRun ? { dry_run: "true" } : {}), headers: { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` } });
    window.history.pushState(null, "", `/imports/${body.id}`);
    await window.htmx.ajax("GET", `/imports/${body.id}`, { target: "#stage", swap: "innerHTML" });
  } catch (problem) {
    const panel = document.getElementById("preview");
    panel?.prepend(make("div", { className: "notice notice-bad", textContent: problem.errors?.[0]?.detail ?? problem.message }));
    for (const one of stage.querySelectorAll("button")) one.disabled = false;
  }
  follow();
}

stage.addEventListener("click", (event) => {
  const run = event.target.closest("#run-now");
  if (!run) return;
  if (file) send(false);
  else window.location.assign(run.dataset.choose);
});
stage.addEventListener("htmx:afterSwap", follow);
window.addEventListener("popstate", () => window.location.reload());
follow();

function button(text, className, act) {
  const element = make("button", { type: "button", className, textContent: text });
  element.addEventListener("click", act);
  return element;
}

function make(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
