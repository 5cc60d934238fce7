// One grid: its outline is drawn corner by corner or uploaded, its team is put together.
import { call } from "./api.js";
import { onChosen } from "./chosen.js";
import { complain, read } from "./forms.js";
import { outlineMap } from "./outlines.js";

const start = JSON.parse(document.getElementById("grid-start").textContent);
const holder = document.getElementById("grid-map");
const tools = document.getElementById("grid-tools");
const problem = document.getElementById("outline-problem");
const { map, ready, show, fit, label } = outlineMap(holder);
let corners = null;

ready.then(() => {
  const others = start.outlines.features.filter((one) => one.properties.code !== holder.dataset.code);
  show("outlines", { type: "FeatureCollection", features: others });
  if (start.geometry) show("own", start.geometry);
  fit(start.geometry ?? start.outlines);
  label(start.outlines);
});

const buttons = Object.fromEntries(["draw", "undo", "keep", "drop-drawing"].map((id) => [id, document.getElementById(id)]));

function redraw() {
  const isDrawing = corners !== null;
  buttons.draw.hidden = isDrawing;
  for (const id of ["undo", "keep", "drop-drawing"]) buttons[id].hidden = !isDrawing;
  document.getElementById("draw-note").hidden = !isDrawing;
  buttons.undo.disabled = !corners?.length;
  buttons.keep.disabled = (corners?.length ?? 0) < 3;
  map.getCanvas().style.cursor = isDrawing ? "crosshair" : "";
  const points = (corners ?? []).map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }));
  const line = corners?.length > 1 ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [...corners, corners[0]] } }] : [];
  show("drawn", { type: "FeatureCollection", features: [...line, ...points] });
  holder.dataset.corners = String(corners?.length ?? 0);
}

async function keep(geometry, crs) {
  const headers = { "If-Match": `"${tools.dataset.version}"` };
  try {
    await call(`/api/v1/registry/grids/${tools.dataset.grid}`, { method: "PATCH", headers, body: { geometry, crs } });
    window.location.reload();
  } catch (cause) {
    complain(problem, cause);
  }
}

if (tools) {
  buttons.draw.addEventListener("click", () => {
    corners = [];
    redraw();
  });
  buttons.undo.addEventListener("click", () => {
    corners.pop();
    redraw();
  });
  buttons["drop-drawing"].addEventListener("click", () => {
    corners = null;
    redraw();
  });
  buttons.keep.addEventListener("click", () => keep({ type: "Polygon", coordinates: [[...corners, corners[0]]] }, "WGS-84"));
  map.on("click", (event) => {
    if (corners === null) return;
    corners.push([Number(event.lngLat.lng.toFixed(7)), Number(event.lngLat.lat.toFixed(7))]);
    redraw();
  });
  onChosen(document.getElementById("outline-file"), async ([file]) => {
    const text = await file.text();
    keep(parsed(text), document.getElementById("outline-crs").value);
  });
}

// What is no JSON is sent as an empty object: the API says what is wrong with it.
function parsed(text) {
  try {
    const geojson = JSON.parse(text);
    return typeof geojson === "object" && geojson !== null ? geojson : {};
  } catch {
    return {};
  }
}

const form = document.getElementById("member-form");
const team = JSON.parse(document.getElementById("team-start").textContent);
const sameAs = (one) => (other) => other.account_id === one.account_id && other.kind === one.kind;

async function man(members) {
  const headers = { "If-Match": `"${form.dataset.version}"` };
  try {
    await call(`/api/v1/registry/grids/${form.dataset.grid}/members`, { method: "PUT", headers, body: { members } });
    window.location.reload();
  } catch (cause) {
    complain(form.querySelector(".deed-problem"), cause);
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  man([...team, read(form)]);
});
document.getElementById("team").addEventListener("click", (event) => {
  const button = event.target.closest("[data-removes]");
  if (!button) return;
  const [account_id, kind] = button.dataset.removes.split(" ");
  man(team.filter((one) => !sameAs({ account_id, kind })(one)));
});
