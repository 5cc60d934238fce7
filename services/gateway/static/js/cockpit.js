// The cockpit: one set of filters in the address, shown by the map and by the figures, kept fresh by events.
import { call } from "./api.js";
import { installHatches } from "./colours.js";
import { Due } from "./credit_due.js";
import { drawFigures, noteChange, noteNews } from "./figures.js";
import { Filters } from "./filters.js";
import { listen, soon } from "./live.js";
import { ColourMap } from "./map.js";
import { toast } from "./toast.js";
import { word } from "./words.js";
import { Works } from "./works.js";

const root = document.getElementById("cockpit");
const start = JSON.parse(document.getElementById("cockpit-start").textContent);
const filters = new Filters(window.location.search);
const reduceMotion = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
let rows = [];
let isFramed = false;

installHatches();
const map = new ColourMap(document.getElementById("map"), {
  worker: root.dataset.worker,
  base: start.base,
  reduceMotion,
  onPoint: (point) => window.location.assign(`${root.dataset.list}/${point.id}`),
  onSubdistrict: (division) => window.location.assign(filters.with("division", division).address(root.dataset.list)),
});

const workStart = document.getElementById("work-start");
const works = workStart ? new Works(map, JSON.parse(workStart.textContent), { filters, subdistricts: () => rows }) : null;

const dueFigures = document.getElementById("credit-figures");
const due = dueFigures ? new Due(dueFigures, filters) : null;

async function load() {
  const [main, ...others] = await Promise.all([
    summary(filters),
    ...filters.active().map(async (dimension) => [dimension, await summary(filters.without(dimension))]),
  ]);
  rows = main.subdistricts ?? [];
  drawFigures({ main, byDimension: Object.fromEntries(others), filters, list: root.dataset.list });
  document.getElementById("map-blank").hidden = main.enterprises > 0 || filters.active().length > 0;
  due?.load();
  await map.ready;
  works?.load();
  map.drawSubdistricts(rows, filters.values("division"));
  if (!isFramed) map.showAll(rows, { animate: false });
  isFramed = true;
}

async function summary(chosen) {
  const query = chosen.query();
  return (await call(`/api/v1/map/summary${query ? `?${query}` : ""}`)).body;
}

for (const [name, address] of Object.entries(start.borders)) {
  Promise.all([call(address), map.ready])
    .then(([{ body }]) => map.drawBorders(name, body))
    .catch((problem) => toast(problem.message, { bad: true }));
}

const reload = soon(() => load().catch((problem) => toast(problem.message, { bad: true })), 60);

function changed() {
  window.history.replaceState(null, "", filters.address(window.location.pathname));
  map.ready.then(() => map.filter(filters.query()));
  reload();
}

const refresh = soon(async () => {
  map.refresh();
  await load().catch((problem) => toast(problem.message, { bad: true }));
}, 200);

root.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-filter]");
  if (!toggle) return;
  filters.toggle(toggle.dataset.filter, toggle.dataset.value);
  changed();
});

document.getElementById("closer").addEventListener("click", () => map.zoomBy(1));
document.getElementById("wider").addEventListener("click", () => map.zoomBy(-1));
document.getElementById("whole").addEventListener("click", () => map.showAll(rows));

const wall = document.getElementById("wall");
wall.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
document.addEventListener("fullscreenchange", () => {
  const isWall = document.fullscreenElement === root;
  wall.setAttribute("aria-pressed", String(isWall));
  document.documentElement.dataset.bsTheme = isWall ? "dark" : start.theme;
});

const live = document.getElementById("live");
listen({
  onState: (state) => {
    live.dataset.state = state;
    live.querySelector(".live-word").textContent = word(`live.${state}`);
    if (state === "open" && isFramed) refresh();
  },
  onEvent: (event) => {
    if (works?.hear(event) || due?.hear(event)) return;
    noteChange(event, root.dataset.list);
    noteNews(event, start.news);
    refresh();
  },
});

map.query = filters.query();
reload();
