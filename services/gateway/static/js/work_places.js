// Places of work on a quiet map: each with how far it reaches, and, in the form, the one that is being placed.
import { locate, place } from "./evidence.js";
import { circle, points } from "./ground_circles.js";
import { outlineMap } from "./outlines.js";
import { word } from "./words.js";

const holder = document.getElementById("work-map");
const known = read("work-points") ?? [];
const home = read("work-home");
const field = document.getElementById(holder?.dataset.sets ?? "");
const accuracy = document.getElementById("accuracy_m");
const radius = document.getElementById("radius_m");
const note = document.getElementById("point-note");
const kind = document.getElementById("kind");

function read(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

const chosen = () => (field?.value ? field.value.split(",").map(Number) : null);

function draw(map) {
  const at = chosen();
  map.show("own", at ? circle(at, Math.max(1, Number(accuracy.value) + Number(radius.value))) : null);
  map.show("drawn", points([...known.map((one) => [one.longitude, one.latitude]), ...(at ? [at] : [])]));
}

function choose(map, at) {
  field.value = at.map((degrees) => degrees.toFixed(7)).join(",");
  draw(map);
  note.textContent = word("workplace.point_at", { longitude: at[0].toFixed(5), latitude: at[1].toFixed(5) });
}

async function open() {
  const map = outlineMap(holder);
  await map.ready;
  const reaches = { type: "FeatureCollection", features: known.map((one) => circle([one.longitude, one.latitude], Math.max(1, one.reach), { name: one.name })) };
  map.show("outlines", reaches);
  map.label(reaches);
  draw(map);
  const begin = chosen() ?? (known.length ? null : home && [home.longitude, home.latitude]);
  if (begin) map.map.jumpTo({ center: begin, zoom: 16 });
  else map.fit(reaches);
  if (field) listen(map);
  holder.dataset.drawn = String(known.length);
}

function listen(map) {
  map.map.getCanvas().style.cursor = "crosshair";
  map.map.on("click", (event) => choose(map, [event.lngLat.lng, event.lngLat.lat]));
  for (const input of [field, accuracy, radius]) input.addEventListener("input", () => draw(map));
  document.getElementById("use-gps").addEventListener("click", () =>
    locate(() => {
      if (!place.known) return void (note.textContent = word("workplace.gps_none"));
      accuracy.value = place.known.accuracy.toFixed(1);
      document.getElementById("found_by").value = "gps";
      choose(map, [place.known.longitude, place.known.latitude]);
      map.map.jumpTo({ center: chosen(), zoom: 17 });
    }),
  );
}

// Only a hot-work area is assessed; without a position there is nothing that could be inexact.
function ask() {
  for (const row of document.querySelectorAll("[data-of-kind]")) {
    row.hidden = row.dataset.ofKind !== kind.value;
    for (const input of row.querySelectorAll("input")) input.disabled = row.hidden;
  }
}

if (document.getElementById("place-form")) {
  kind.addEventListener("change", ask);
  ask();
  document.addEventListener("submit", () => (accuracy.disabled = !field?.value), true);
  document.getElementById("place-form").addEventListener("input", () => (accuracy.disabled = false));
}
if (holder) open();
