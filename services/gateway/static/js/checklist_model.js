// A checklist as it is edited: { checklist: head, section: [{…, item: […]}], set: [{id, responses}] }, and what follows from it.
export const itemsOf = (content) => content.section.flatMap((section) => section.item);
export const answersOf = (content, id) => content.set.find((one) => one.id === id)?.responses ?? [];

// The items further up than this one: only on these may it depend.
export function above(content, item) {
  const all = itemsOf(content);
  return all.slice(0, Math.max(0, all.indexOf(item)));
}

// Fills in what may be left out, so that every part has the same fields.
export function complete(content) {
  for (const section of content.section) {
    section.item = (section.item ?? []).map((item) => ({ is_mandatory: true, shown_if: null, major: "", photo: "fault", ...item }));
  }
  content.set ??= [];
  return content;
}

// The next free id such as FI-10 after FI-09, s3 after s2.
export function freshId(ids, start) {
  const last = [...ids].reverse().find((id) => /\d+$/.test(id)) ?? start;
  const [, stem, digits] = last.match(/^(.*?)(\d+)$/);
  let number = Number(digits);
  let id = last;
  while (ids.includes(id) || id === last) id = stem + String((number += 1)).padStart(digits.length, "0");
  return id;
}

export function newItem(content, section) {
  const ids = itemsOf(content).map((one) => one.id);
  const inside = section.item.map((one) => one.id);
  const id = freshId([...ids.filter((one) => !inside.includes(one)), ...inside], `${content.checklist.id}-00`);
  const responses = content.set[0]?.id ?? "";
  return { id, zh: "", en: "", clause: "", responses, weight: 1, is_mandatory: true, shown_if: null, major: "", photo: "fault" };
}

// Moves a part among its like; true when it moved. An item at the edge of its section goes over to the next one.
export function move(content, { kind, part }, by) {
  if (kind !== "item") return swap(kind === "section" ? content.section : content.set, part, by);
  const at = content.section.findIndex((section) => section.item.includes(part));
  if (swap(content.section[at].item, part, by)) return true;
  const other = content.section[at + by];
  if (!other) return false;
  content.section[at].item = content.section[at].item.filter((one) => one !== part);
  other.item.splice(by > 0 ? 0 : other.item.length, 0, part);
  return true;
}

function swap(list, part, by) {
  const at = list.indexOf(part);
  const to = at + by;
  if (to < 0 || to >= list.length) return false;
  [list[at], list[to]] = [list[to], list[at]];
  return true;
}

// Which items appear after these answers: a hidden item hides what depends on it.
export function shownItems(content, answers) {
  const names = new Set();
  return itemsOf(content).filter((item) => {
    const asks = item.shown_if;
    const isShown = !asks || (names.has(asks.item) && asks.responses.includes(answers[asks.item]));
    if (isShown) names.add(item.id);
    return isShown;
  });
}

// Every part with what it says, to find out where two writings of a list differ.
function partsOf(content) {
  const parts = new Map([["list", content.checklist]]);
  for (const section of content.section) {
    parts.set(`section ${section.id}`, { zh: section.zh, en: section.en, order: section.item.map((item) => item.id).join(" ") });
    for (const item of section.item) parts.set(`item ${item.id}`, item);
  }
  for (const set of content.set) parts.set(`set ${set.id}`, set);
  return parts;
}

const text = (part) => (part ? JSON.stringify(part, Object.keys(flat(part)).sort()) : "");
const flat = (part) => (typeof part === "object" && part ? Object.assign({}, ...Object.values(part).map(flat), part) : {});

export function differences(mine, theirs) {
  const [own, other] = [partsOf(mine), partsOf(theirs)];
  const keys = [...new Set([...own.keys(), ...other.keys()])];
  return keys.filter((key) => text(own.get(key)) !== text(other.get(key))).map((key) => ({ key, mine: own.get(key), theirs: other.get(key) }));
}
