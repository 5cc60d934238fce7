// The form of the part that is chosen: the list itself, a section, an item with its condition, a response set.
import { above, answersOf } from "./checklist_model.js";
import { button, choice, field, line, named, tick } from "./checklist_parts.js";
import { make } from "./elements.js";
import { word } from "./words.js";

const majors = JSON.parse(document.getElementById("majors")?.textContent ?? "[]");
const MEANINGS = ["normal", "abnormal", "not_applicable"];
const STATUSES = ["design", "practice", "official"];
const PHOTOS = ["fault", "always"];
const worded = (names, stem) => names.map((name) => [name, word(`checklist.${stem}_${name}`)]);

// `change(write)` carries a change out and keeps it; `redraw` also draws the form anew, because it asks for other things now.
export function formOf(content, chosen, tools) {
  return { list: ofList, section: ofSection, item: ofItem, set: ofSet }[chosen.kind](content, chosen.part, tools);
}

const both = (part, change) => [
  field(word("checklist.field_zh"), line(part.zh, (text) => change(() => (part.zh = text)), { area: true })),
  field(word("checklist.field_en"), line(part.en, (text) => change(() => (part.en = text)), { area: true })),
];

function ofList(content, head, { change }) {
  return [
    ...both(head, change),
    field(word("checklist.field_source"), line(head.source, (text) => change(() => (head.source = text)), { area: true })),
    field(word("checklist.field_clause"), line(head.clause, (text) => change(() => (head.clause = text)))),
    field(word("checklist.field_status"), choice(worded(STATUSES, "status"), head.status, (value) => change(() => (head.status = value)))),
  ];
}

function ofSection(content, section, { change, rename }) {
  return [...both(section, change), idField(section, rename)];
}

function ofItem(content, item, { change, redraw, rename }) {
  const sets = content.set.map((set) => [set.id, `${set.responses.map(named).join(" / ")} (${set.id})`]);
  if (!sets.some(([id]) => id === item.responses)) sets.unshift([item.responses, item.responses || word("checklist.choose")]);
  const official = [["", word("checklist.no_major")], ...majors.map((one) => [one.code, `${one.code} ${one.zh}`])];
  return [
    ...both(item, change),
    field(word("checklist.field_clause"), line(item.clause, (text) => change(() => (item.clause = text)))),
    field(word("checklist.field_responses"), choice(sets, item.responses, (value) => redraw(() => (item.responses = value)))),
    make("div", { className: "editor-pair" },
      field(word("checklist.field_weight"), line(item.weight, (text) => change(() => (item.weight = Math.min(100, Math.max(0, Math.trunc(Number(text)) || 0)))), { type: "number", min: 0, max: 100, step: 1 })),
      field(word("checklist.field_photo"), choice(worded(PHOTOS, "photo"), item.photo, (value) => change(() => (item.photo = value))))),
    tick(word("checklist.field_is_mandatory"), item.is_mandatory, (isOn) => change(() => (item.is_mandatory = isOn))),
    field(word("checklist.field_major"), choice(official, item.major, (value) => change(() => (item.major = value)))),
    condition(content, item, { change, redraw }),
    idField(item, rename),
  ];
}

// The condition builder: on which item further up it depends, and after which of that item's answers it appears.
function condition(content, item, { change, redraw }) {
  const earlier = above(content, item);
  const asks = item.shown_if;
  const options = [["", word("checklist.always_shown")], ...earlier.map((one) => [one.id, `${one.id} ${named(one)}`])];
  if (asks && !earlier.some((one) => one.id === asks.item)) options.push([asks.item, word("checklist.not_above", { item: asks.item })]);
  const box = make("fieldset", { className: "field editor-condition" }, make("legend", { textContent: word("checklist.field_shown_if") }));
  box.append(field(word("checklist.depends_on"), choice(options, asks?.item ?? "", (value) => redraw(() => (item.shown_if = value ? { item: value, responses: [] } : null)))));
  if (asks) {
    const possible = answersOf(content, earlier.find((one) => one.id === asks.item)?.responses);
    const picks = make("div", { className: "picks" });
    for (const answer of possible) {
      picks.append(tick(named(answer), asks.responses.includes(answer.id), (isOn) => change(() => {
        asks.responses = possible.map((one) => one.id).filter((id) => (id === answer.id ? isOn : asks.responses.includes(id)));
      })));
    }
    box.append(make("p", { className: "small quiet", textContent: word("checklist.appears_after") }), picks);
  }
  return box;
}

function ofSet(content, set, { change, redraw, rename }) {
  const rows = set.responses.map((answer) => make("fieldset", { className: "editor-answer panel" },
    make("legend", { className: "visually-hidden", textContent: named(answer) }),
    make("div", { className: "editor-pair" },
      field(word("checklist.field_zh"), line(answer.zh, (text) => change(() => (answer.zh = text)), { maxLength: 60 })),
      field(word("checklist.field_en"), line(answer.en, (text) => change(() => (answer.en = text)), { maxLength: 60 })),
      field(word("checklist.field_meaning"), choice(worded(MEANINGS, "meaning"), answer.meaning, (value) => redraw(() => (answer.meaning = value)))),
      field(word("checklist.field_percent"), line(answer.percent, (text) => change(() => (answer.percent = Math.min(100, Math.max(0, Math.trunc(Number(text)) || 0)))), { type: "number", min: 0, max: 100, step: 1 }))),
    button(word("checklist.remove"), () => redraw(() => (set.responses = set.responses.filter((one) => one !== answer))), { className: "button button-small", sign: "trash" })));
  const add = button(word("checklist.add_answer"), () => redraw(() => set.responses.push(newAnswer(set))), { sign: "plus" });
  return [make("p", { className: "quiet small", textContent: word("checklist.set_hint") }), ...rows, add, idField(set, rename)];
}

function newAnswer(set) {
  let number = set.responses.length + 1;
  while (set.responses.some((one) => one.id === `a${number}`)) number += 1;
  return { id: `a${number}`, zh: "", en: "", meaning: "normal", percent: 100 };
}

function idField(part, rename) {
  const input = line(part.id, () => {}, { className: "input mono", maxLength: 40, pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]*" });
  input.addEventListener("change", () => (input.checkValidity() && input.value ? rename(part, input.value) : input.reportValidity()));
  return field(word("checklist.field_id"), input, word("checklist.part_id_hint"));
}
