// The editor of a draft: outline, form and preview of one content, kept in the browser until the server has it.
import { call } from "./api.js";
import { settle } from "./checklist_conflict.js";
import { formOf } from "./checklist_forms.js";
import { complete, itemsOf } from "./checklist_model.js";
import { drawOutline } from "./checklist_outline.js";
import { button, named, notice } from "./checklist_parts.js";
import { drawPreview } from "./checklist_preview.js";
import { make } from "./elements.js";
import { ask, toast } from "./toast.js";
import { word } from "./words.js";

const place = document.getElementById("editor");
const parts = Object.fromEntries(["outline", "form", "preview", "problems", "saving", "restored"].map((id) => [id, document.getElementById(id)]));
const ADDRESS = `/api/v1/inspections/checklists/versions/${place.dataset.version}`;
const LOCAL = `sise.checklist.${place.dataset.version}`;
const read = (id) => JSON.parse(document.getElementById(id).textContent);

let revision = Number(place.dataset.revision);
let content = complete(read("draft"));
let kept = JSON.stringify(content);
let problems = read("problems-now");
let chosen = { kind: "list", part: content.checklist };

const isChanged = () => JSON.stringify(content) !== kept;

// What was not saved when the page was left is there again, based on the revision that it began from.
function restore() {
  const local = JSON.parse(window.localStorage.getItem(LOCAL) ?? "null");
  if (!local || JSON.stringify(local.content) === kept) return;
  const drop = button(word("checklist.drop_restored"), () => take(complete(read("draft")), Number(place.dataset.revision)), { className: "button button-small" });
  ({ content, revision } = local);
  chosen = { kind: "list", part: content.checklist };
  parts.restored.replaceChildren(notice(word("checklist.restored"), "warning", drop));
}

function take(fresh, number) {
  content = fresh;
  revision = number;
  kept = JSON.stringify(content);
  chosen = { kind: "list", part: content.checklist };
  window.localStorage.removeItem(LOCAL);
  parts.restored.replaceChildren();
  draw();
}

function note() {
  const changed = isChanged();
  if (changed) window.localStorage.setItem(LOCAL, JSON.stringify({ revision, content }));
  else window.localStorage.removeItem(LOCAL);
  parts.saving.textContent = word(changed ? "checklist.unsaved" : "checklist.saved", { revision });
  parts.saving.dataset.state = changed ? "unsaved" : "saved";
}

const tools = {
  change(write) {
    write();
    note();
    drawOutline(parts.outline, content, outlineTools());
    drawPreview(parts.preview, content, previewTools);
  },
  redraw(write) {
    write();
    note();
    draw();
  },
  rename(part, id) {
    for (const item of itemsOf(content)) {
      if (chosen.kind === "item" && item.shown_if?.item === part.id) item.shown_if.item = id;
      if (chosen.kind === "set" && item.responses === part.id) item.responses = id;
    }
    tools.redraw(() => (part.id = id));
  },
};

const previewTools = { onChoose: (item) => choose("item", item, { goes: false }) };
const outlineTools = () => ({ chosen, problems, choose, redraw: tools.redraw, remove });

function choose(kind, part, { goes = true } = {}) {
  if (chosen.part === part) return goes && show("form");
  chosen = { kind, part };
  drawOutline(parts.outline, content, outlineTools());
  drawForm();
  if (goes) show("form");
  return undefined;
}

async function remove(list, part) {
  if (!(await ask({ title: word("checklist.remove"), text: word("checklist.remove_text", { name: named(part) }), yes: word("checklist.remove"), no: word("ask.cancel"), bad: true }))) return;
  chosen = { kind: "list", part: content.checklist };
  tools.redraw(() => list.splice(list.indexOf(part), 1));
}

function drawForm() {
  const head = make("div", { className: "panel-head" }, make("h2", { textContent: word(`checklist.part_${chosen.kind}`) }));
  const own = problems.filter((one) => one.where === (chosen.kind === "list" ? "" : chosen.part.id));
  const told = own.map((one) => make("p", { className: "is-bad small", textContent: word(`checklist.problem_${one.code}`) }));
  const body = make("div", { className: "panel-body editor-fields" }, ...told, ...formOf(content, chosen, tools));
  parts.form.replaceChildren(head, body);
}

function drawProblems() {
  const lines = problems.map((one) => {
    const found = partCalled(one);
    const label = `${found ? `${named(found.part)}: ` : ""}${word(`checklist.problem_${one.code}`)}`;
    return make("li", {}, found ? button(label, () => choose(found.kind, found.part), { className: "link-button" }) : label);
  });
  const box = make("details", { className: "notice notice-warning", open: lines.length < 4 }, make("summary", { textContent: word("checklist.problems", { count: lines.length }) }), make("ul", {}, ...lines));
  parts.problems.replaceChildren(...(lines.length ? [box] : []));
}

function partCalled({ where, code }) {
  const named_ = (list) => list.find((one) => one.id === where);
  const kinds = { item: itemsOf(content), section: content.section, set: content.set };
  const order = code === "section_empty" ? ["section"] : ["item", "section", "set"];
  const kind = where && order.find((one) => named_(kinds[one]));
  return kind ? { kind, part: named_(kinds[kind]) } : null;
}

function draw() {
  drawOutline(parts.outline, content, outlineTools());
  drawForm();
  drawProblems();
  drawPreview(parts.preview, content, previewTools);
  note();
}

// Pressed twice it is sent once: the second would be refused because of the first.
let saving = null;
const save = () => (saving ??= send().finally(() => (saving = null)));

async function send() {
  const sent = JSON.stringify(content);
  try {
    const { body } = await call(ADDRESS, { method: "PUT", headers: { "If-Match": `"${revision}"` }, body: { content, note: place.dataset.note } });
    ({ revision, problems } = body);
    kept = sent;
    parts.restored.replaceChildren();
    drawProblems();
    drawForm();
    note();
    drawOutline(parts.outline, content, outlineTools());
    return true;
  } catch (problem) {
    if (problem.status === 412) return conflict();
    const first = problem.errors[0];
    toast([problem.message, first && `${first.field}: ${first.detail}`].filter(Boolean).join(" "), { bad: true });
    return false;
  }
}

async function conflict() {
  const { body } = await call(ADDRESS);
  const decision = body.state === "draft" ? await settle(content, complete(body.content), body) : "theirs";
  if (decision === "theirs" && body.state !== "draft") return window.location.reload();
  if (decision === "theirs") take(complete(body.content), body.revision);
  if (decision !== "mine") return false;
  revision = body.revision;
  return send();
}

async function publish(event) {
  event.preventDefault();
  const moment = document.getElementById("effective").value;
  const told = document.getElementById("publish-problem");
  told.replaceChildren();
  try {
    const body = moment ? { effective_from: new Date(`${moment}:00+08:00`).toISOString() } : {};
    await call(`${ADDRESS}/publish`, { method: "POST", headers: { "If-Match": `"${revision}"` }, body });
    window.localStorage.removeItem(LOCAL);
    window.location.assign(`${window.location.pathname}?done=checklist_published`);
  } catch (problem) {
    told.replaceChildren(notice(problem.message, "bad"));
  }
}

// On a phone one of the three is seen at a time.
function show(view) {
  place.querySelector(".editor-columns").dataset.shows = view;
  for (const tab of place.querySelectorAll("[data-view]")) tab.setAttribute("aria-pressed", String(tab.dataset.view === view));
}

for (const tab of place.querySelectorAll("[data-view]")) tab.addEventListener("click", () => show(tab.dataset.view));
document.getElementById("save").addEventListener("click", save);
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "s") return;
  event.preventDefault();
  save();
});
document.getElementById("publish")?.addEventListener("click", async () => {
  if (isChanged() && !(await save())) return;
  if (problems.length) return toast(word("checklist.mend_first"), { bad: true });
  document.getElementById("publishing").showModal();
});
document.querySelector("#publishing form")?.addEventListener("submit", publish);
restore();
draw();
place.dataset.ready = "";
