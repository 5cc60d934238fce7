// The list of grids: all outlines on one map; a click opens the grid.
import { call } from "./api.js";
import { outlineMap } from "./outlines.js";

const holder = document.getElementById("grid-map");
if (holder) draw();

async function draw() {
  const { map, ready, show, fit, label } = outlineMap(holder);
  const [{ body }] = await Promise.all([call(holder.dataset.outlines), ready]);
  show("outlines", body);
  fit(body);
  label(body);
  map.on("click", "outlines-fill", (event) => window.location.assign(`/grids/${event.features[0].properties.id}`));
  map.on("mouseenter", "outlines-fill", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "outlines-fill", () => (map.getCanvas().style.cursor = ""));
  holder.dataset.drawn = String(body.features.length);
}
