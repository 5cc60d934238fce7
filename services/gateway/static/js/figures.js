// The figures beside the map: each number opens its rows, each row is a filter.
import { LEVELS, drawMix, svg } from "./colours.js";
import { clock, number, word } from "./words.js";

const SHOWN_SECTIONS = 6;
const KEPT_CHANGES = 8;
const mayPlace = "mayPlace" in (document.getElementById("cockpit")?.dataset ?? {});
const element = (id) => document.getElementById(id);
const moreSections = element("more-sections");
let areAllSections = false;
let drawn = null;

moreSections.addEventListener("click", () => {
  areAllSections = !areAllSections;
  moreSections.setAttribute("aria-expanded", String(areAllSections));
  moreSections.textContent = word(areAllSections ? "cockpit.fewer_sections" : "cockpit.more_sections");
  drawFigures(drawn);
});

export function drawFigures(state) {
  drawn = state;
  const { main, byDimension, filters, list } = state;
  const total = element("total");
  total.textContent = number(main.enterprises);
  total.href = filters.address(list);
  element("total-label").textContent = word(filters.active().length ? "cockpit.enterprises_filtered" : "cockpit.enterprises");
  drawMix(element("total-mix"), main);
  drawLevels(byDimension.level ?? main, state);
  drawProvisional(byDimension.provisional ?? main, state);
  drawDivisions((byDimension.division ?? main).subdistricts ?? [], state);
  drawSections((byDimension.section ?? main).sections ?? [], state);
  drawTrays(main, state);
  drawChips(state);
}

function setFacet(row, { pressed, count, href }) {
  row.querySelector(".facet-toggle").setAttribute("aria-pressed", String(pressed));
  const link = row.querySelector(".facet-count");
  link.textContent = number(count);
  link.href = href;
  row.classList.toggle("is-none", !count);
}

function drawLevels(summary, { filters, list }) {
  for (const level of LEVELS) {
    const row = document.querySelector(`[data-count="level:${level}"]`).closest(".facet");
    setFacet(row, { pressed: filters.has("level", level), count: summary.by_level[level] ?? 0, href: filters.with("level", level).address(list) });
  }
}

function drawProvisional(summary, { filters, list }) {
  const row = document.querySelector('[data-count="provisional:true"]').closest(".facet");
  setFacet(row, { pressed: filters.has("provisional", "true"), count: summary.provisional, href: filters.with("provisional", "true").address(list) });
}

function drawDivisions(subdistricts, { filters, list }) {
  const rows = [...subdistricts].filter((row) => row.enterprises || filters.has("division", row.division));
  rows.sort((one, other) => other.enterprises - one.enterprises);
  const most = Math.max(...rows.map((row) => row.enterprises), 1);
  element("divisions").replaceChildren(...rows.map((row) => {
    const mix = svg("svg", { class: "mix", viewBox: `0 0 ${(100 * most) / Math.max(row.enterprises, 1)} 10`, preserveAspectRatio: "none", "aria-hidden": "true" });
    if (row.enterprises) drawMix(mix, row);
    return facet({ name: "division", value: row.division, label: row.name, count: row.enterprises, extra: mix }, filters, list);
  }));
}

function drawSections(sections, { filters, list }) {
  const rows = [...sections].filter((row) => row.enterprises || filters.has("section", row.section));
  rows.sort((one, other) => other.enterprises - one.enterprises);
  const shown = areAllSections ? rows : rows.filter((row, at) => at < SHOWN_SECTIONS || filters.has("section", row.section));
  moreSections.hidden = rows.length <= SHOWN_SECTIONS;
  element("sections").replaceChildren(...shown.map((row) => {
    const label = word(`section.${row.section || "none"}`);
    return facet({ name: "section", value: row.section || "none", label, count: row.enterprises }, filters, list);
  }));
}

function facet({ name, value, label, count, extra }, filters, list) {
  const row = make("li", "facet");
  const toggle = make("button", "facet-toggle");
  toggle.type = "button";
  toggle.dataset.filter = name;
  toggle.dataset.value = value;
  toggle.append(make("span", "facet-name", label));
  if (extra) toggle.append(extra);
  const link = make("a", "facet-count");
  link.setAttribute("aria-label", `${word("cockpit.open_rows", { what: label })} ${number(count)}`);
  row.append(toggle, link);
  setFacet(row, { pressed: filters.has(name, value), count, href: filters.with(name, value).address(list) });
  return row;
}

function drawTrays(main, { filters, list }) {
  const join = filters.address(list).includes("?") ? "&" : "?";
  const isWhole = filters.active().length === 0;
  const unknown = (main.subdistricts ?? []).filter((row) => row.longitude == null && row.enterprises);
  const trays = [
    tray("unplaced", main.unplaced, mayPlace && isWhole ? `${list}/unplaced` : `${filters.address(list)}${join}placement=unplaced`),
    tray("other_county", main.other_county, mayPlace && isWhole ? `${list}/transfers` : `${filters.address(list)}${join}placement=other_county`),
    ...unknown.map((row) => tray("no_point", row.unlocated?.enterprises ?? row.enterprises, filters.with("division", row.division).address(list), row.name)),
  ];
  element("trays").replaceChildren(...trays.filter(Boolean));
}

function tray(kind, count, href, name = "") {
  if (!count) return null;
  const link = make("a", "tray");
  link.href = href;
  link.dataset.tray = kind;
  link.append(make("span", "", name || word(`cockpit.${kind}`)), make("strong", "", number(count)));
  link.title = word(`cockpit.${kind}_text`, { name });
  return link;
}

function drawChips({ filters }) {
  const chips = filters.active().flatMap((name) => [...filters.values(name)].map((value) => chip(name, value)));
  element("chips").replaceChildren(...chips);
}

function chip(name, value) {
  const button = make("button", "chip", chipLabel(name, value));
  button.type = "button";
  button.dataset.filter = name;
  button.dataset.value = value;
  button.setAttribute("aria-label", word("cockpit.drop_filter", { what: chipLabel(name, value) }));
  return button;
}

function chipLabel(name, value) {
  if (name === "level") return word(`level.${value}`);
  if (name === "provisional") return word("level.provisional_long");
  if (name === "section") return word(`section.${value}`);
  return drawn.main.subdistricts?.find((row) => row.division === value)?.name ?? value;
}

export function noteChange(event, list) {
  if (!event.name || event.level === event.previous_level) return;
  element("no-changes").hidden = true;
  const row = make("li", "change");
  const link = make("a", "change-name", event.name);
  link.href = `${list}/${event.enterprise_id}`;
  const step = make("span", "change-step");
  if (event.previous_level !== undefined) step.append(levelMark(event.previous_level), "→");
  step.append(levelMark(event.level));
  row.append(make("time", "", clock(event.at ?? Date.now())), link, step);
  const changes = element("changes");
  changes.prepend(row);
  while (changes.childElementCount > KEPT_CHANGES) changes.lastElementChild.remove();
}

// What was published for the area: each subdistrict hears of it, so a district hears it once for each of them.
export function noteNews(event, addresses) {
  const address = addresses[event.kind];
  const href = address?.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(event[name]));
  const changes = element("changes");
  if (!href || changes.querySelector(`[href="${href}"]`)) return;
  element("no-changes").hidden = true;
  const row = make("li", "change");
  const link = make("a", "change-name", word(`cockpit.${event.kind}`, event));
  link.href = href;
  row.append(make("time", "", clock(event.at ?? Date.now())), link);
  changes.prepend(row);
  while (changes.childElementCount > KEPT_CHANGES) changes.lastElementChild.remove();
}

function levelMark(level) {
  const name = LEVELS.includes(String(level)) ? String(level) : "none";
  const mark = make("span", "level");
  mark.dataset.level = name;
  mark.append(make("span", "swatch"), make("span", "", word(`level.${name}_short`)));
  return mark;
}

function make(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
