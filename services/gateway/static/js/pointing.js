// One point on a map of grids, kept in a hidden field as "longitude,latitude"; the map is made when it is first seen.
import { call } from "./api.js";
import { outlineMap } from "./outlines.js";
import { word } from "./words.js";

const pointing = document.getElementById("pointing");
const holder = document.getElementById("place-map");
const field = document.getElementById("place-point");
const note = document.getElementById("point-note");
const drop = document.getElementById("drop-point");
let map = null;

async function open() {
  if (map) return;
  map = outlineMap(holder);
  const [{ body }] = await Promise.all([call(holder.dataset.outlines), map.ready]);
  map.show("outlines", body);
  map.fit(body);
  map.label(body);
  if (field.value) show(field.value.split(",").map(Number));
  map.map.getCanvas().style.cursor = "crosshair";
  map.map.on("click", (event) => {
    const held = map.map.queryRenderedFeatures(event.point, { layers: ["outlines-fill"] })[0];
    choose([event.lngLat.lng, event.lngLat.lat].map((degrees) => Number(degrees.toFixed(7))), held?.properties.name);
  });
  holder.dataset.drawn = String(body.features.length);
}

function draw(at) {
  map.show("drawn", { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } });
}

function show(at) {
  draw(at);
  map.map.jumpTo({ center: at, zoom: 14 });
}

function choose(at, grid = "") {
  field.value = at.join(",");
  draw(at);
  const [longitude, latitude] = at.map((degrees) => degrees.toFixed(5));
  note.textContent = grid ? word("place.point_in", { grid, longitude, latitude }) : word("place.point_at", { longitude, latitude });
  if (drop) drop.hidden = false;
}

if (pointing?.open) open();
pointing?.addEventListener("toggle", () => {
  if (pointing.open) open();
});
drop?.addEventListener("click", () => {
  field.value = "";
  map.show("drawn", null);
  note.textContent = word("place.point_note");
  drop.hidden = true;
});
