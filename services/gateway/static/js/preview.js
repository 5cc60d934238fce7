// What a file would give, drawn before anything is stored: recognised columns, first rows, warnings.
import { make } from "./elements.js";
import { hasWord, number, word } from "./words.js";

const SHOWN_ROWS = 8;

export function drawPreview(panel, { file, preview, actions }) {
  const head = make("div", { className: "panel-head" });
  head.append(make("h2", { textContent: file.name }));
  const body = make("div", { className: "panel-body" });
  body.append(facts(preview), columns(preview), ...warnings(preview));
  const foot = make("div", { className: "panel-body preview-actions", id: "send" });
  foot.append(...actions.map(({ text, className, act }) => button(text, className, act)));
  panel.replaceChildren(head, body, foot, ...faults(preview.errors), title("import.first_rows"), samples(preview));
  panel.hidden = false;
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

// The first rows that would be refused, each with the column and what to do.
function faults(errors) {
  if (!errors.length) return [];
  const table = make("table", { className: "sheet is-stacked" });
  const head = table.createTHead().insertRow();
  const names = ["row", "field", "value", "reason"];
  for (const name of names) head.append(make("th", { scope: "col", textContent: word(`import.${name}`) }));
  const body = table.createTBody();
  for (const error of errors) {
    const line = body.insertRow();
    const reason = hasWord(`reason.${error.code}`) ? word(`reason.${error.code}`) : error.reason;
    const cells = { ...error, reason };
    for (const name of names) {
      const cell = make("td", { textContent: cells[name], className: name === "value" ? "mono error-value" : "" });
      cell.dataset.label = word(`import.${name}`);
      line.append(cell);
    }
  }
  const holder = make("div", { className: "sheet-wrap errors", tabIndex: 0 });
  holder.append(table);
  return [title("import.errors"), holder];
}

const title = (key) => make("h3", { className: "table-title", textContent: word(key) });

function samples(preview) {
  const refused = new Set(preview.errors.map((error) => error.row));
  const holder = make("div", { className: "preview-table", tabIndex: 0 });
  const table = make("table", { className: "sheet" });
  const head = table.createTHead().insertRow();
  for (const header of preview.header) head.append(make("th", { scope: "col", textContent: header }));
  const body = table.createTBody();
  for (const row of preview.first_rows.slice(0, SHOWN_ROWS)) {
    const line = body.insertRow();
    line.classList.toggle("is-refused", refused.has(row.row));
    for (const cell of row.cells) line.append(make("td", { textContent: cell, title: cell }));
  }
  holder.append(table);
  return holder;
}

export function button(text, className, act) {
  const element = make("button", { type: "button", className, textContent: text });
  element.addEventListener("click", act);
  return element;
}
