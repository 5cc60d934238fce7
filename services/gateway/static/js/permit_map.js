// The board of a day on a map: each permit where it is worked, drawn anew when something happens to one.
import { LngLatBounds, Map as LibreMap, setWorkerUrl } from "../vendor/maplibre-gl.mjs";
import { call } from "./api.js";
import { groundStyle, installBorders } from "./ground.js";
import { listen, soon } from "./live.js";
import { WorkLayer } from "./work_layer.js";

const holder = document.getElementById("work-view");
const ground = read(document, "ground-start");
const HOME = { center: [121.43, 28.66], zoom: 10.6 };

function read(page, id) {
  return JSON.parse(page.getElementById(id).textContent);
}

setWorkerUrl(new URL(holder.dataset.worker, window.location.href).href);
const libre = new LibreMap({ container: holder, style: groundStyle(ground.base), ...HOME, minZoom: 7, maxZoom: 19, attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0 });
libre.touchZoomRotate.disableRotation();
await new Promise((resolve) => libre.on("load", resolve));
installBorders(libre);
for (const [name, address] of Object.entries(ground.borders)) call(address).then(({ body }) => libre.getSource(name).setData(body));
const layer = new WorkLayer(libre, read(document, "work-start"));
show(read(document, "work-points"), true);
holder.dataset.ready = "true";

function show(works, isFirst) {
  layer.show(works);
  const bounds = new LngLatBounds();
  for (const one of works) bounds.extend([one.longitude, one.latitude]);
  if (isFirst && !bounds.isEmpty()) libre.fitBounds(bounds, { padding: 60, maxZoom: 15, duration: 0 });
}

const redraw = soon(async () => {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  show(read(page, "work-points"), false);
  for (const part of document.querySelectorAll("[data-redrawn]")) part.replaceChildren(...page.getElementById(part.id).childNodes);
}, 500);

if ("live" in holder.dataset) {
  listen({
    onState: () => {},
    onEvent: (event) => {
      if (event.kind === "work_changed" || event.kind === "reset") redraw();
    },
  });
}
