// The outline: the list, its sections with items, and the response sets; what is chosen can be moved or removed here.
import { freshId, move, newItem } from "./checklist_model.js";
import { button, named } from "./checklist_parts.js";
import { make } from "./elements.js";
import { word } from "./words.js";

export function drawOutline(place, content, tools) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.act : "";
  const scroll = place.scrollTop;
  const list = make("ol", { className: "outline" }, row({ kind: "list", part: content.checklist }, content, tools));
  for (const section of content.section) {
    list.append(row({ kind: "section", part: section, list: content.section }, content, tools));
    list.append(...section.item.map((item) => row({ kind: "item", part: item, list: section.item }, content, tools)));
    list.append(make("li", { className: "outline-add" }, act("checklist.add_item", () => addItem(content, section, tools))));
  }
  list.append(make("li", { className: "outline-add" }, act("checklist.add_section", () => addSection(content, tools))));
  list.append(make("li", { className: "outline-head", textContent: word("checklist.sets") }));
  list.append(...content.set.map((set) => row({ kind: "set", part: set, list: content.set }, content, tools)));
  list.append(make("li", { className: "outline-add" }, act("checklist.add_set", () => addSet(content, tools))));
  place.replaceChildren(list);
  place.scrollTop = scroll;
  if (focused) place.querySelector(`[aria-current] ~ * [data-act="${focused}"], li[aria-current] [data-act="${focused}"]`)?.focus();
}

const act = (key, run) => button(word(key), run, { className: "link-button", sign: "plus" });

function row(one, content, { chosen, problems, choose, redraw, remove }) {
  const { kind, part, list } = one;
  const isChosen = chosen.part === part;
  const open = button("", () => choose(kind, part), { className: "outline-open" });
  open.dataset.act = "open";
  open.append(...label(kind, part));
  if (problems.some((each) => (kind === "list" ? each.where === "" : each.where === part.id))) {
    open.append(make("span", { className: "label label-bad", textContent: "!", title: word("checklist.has_problem") }));
  }
  const line = make("li", { className: `outline-${kind}` }, open);
  line.dataset.part = kind === "list" ? "" : part.id;
  if (!isChosen) return line;
  line.setAttribute("aria-current", "true");
  if (kind === "list") return line;
  const moves = [["up", -1, "arrow-up", "checklist.move_up"], ["down", 1, "arrow-down", "checklist.move_down"]].map(([name, by, sign, key]) => {
    const mover = button("", () => redraw(() => move(content, one, by)), { className: "button button-small", sign, label: word(key) });
    mover.dataset.act = name;
    return mover;
  });
  line.append(make("span", { className: "outline-acts" }, ...moves, button("", () => remove(list, part), { className: "button button-small", sign: "trash", label: word("checklist.remove") })));
  return line;
}

function label(kind, part) {
  if (kind === "list") return [make("strong", { textContent: word("checklist.part_list") })];
  if (kind === "section") return [make("strong", { textContent: named(part) })];
  if (kind === "set") return [make("span", { textContent: part.responses.map(named).join(" / ") || part.id })];
  const marks = part.shown_if ? [make("span", { className: "outline-mark", textContent: "↳", title: word("checklist.field_shown_if") })] : [];
  return [make("span", { className: "mono small quiet", textContent: part.id }), ...marks, make("span", { textContent: named(part) })];
}

function addItem(content, section, { redraw, choose }) {
  const item = newItem(content, section);
  redraw(() => section.item.push(item));
  choose("item", item);
}

function addSection(content, { redraw, choose }) {
  const section = { id: freshId(content.section.map((one) => one.id).filter((id) => /^s\d+$/.test(id)), "s0"), zh: "", en: "", item: [] };
  redraw(() => content.section.push(section));
  choose("section", section);
}

function addSet(content, { redraw, choose }) {
  const set = { id: freshId(content.set.map((one) => one.id).filter((id) => /^set\d+$/.test(id)), "set0"), responses: [] };
  redraw(() => content.set.push(set));
  choose("set", set);
}

