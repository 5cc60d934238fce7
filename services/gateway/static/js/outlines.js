// A quiet map of outlines: no base map, the grids of one's area, and what is being drawn.
import { LngLatBounds, Map as LibreMap, Marker, setWorkerUrl } from "../vendor/maplibre-gl.mjs";

const NAMED_FROM = 12.6;
const HOME = { center: [121.43, 28.66], zoom: 10.6 };
const NOTHING = { type: "FeatureCollection", features: [] };
const STYLE = { version: 8, sources: {}, layers: [] };

export function outlineMap(holder) {
  setWorkerUrl(new URL(holder.dataset.worker, window.location.href).href);
  const map = new LibreMap({ container: holder, style: STYLE, ...HOME, minZoom: 7, maxZoom: 19, attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0 });
  map.touchZoomRotate.disableRotation();
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim() || "#2563eb";
  const ready = new Promise((resolve) => map.on("load", resolve)).then(() => {
    for (const [name, width, fill] of [["outlines", 1.2, 0.06], ["own", 2.6, 0.16]]) {
      map.addSource(name, { type: "geojson", data: NOTHING });
      map.addLayer({ id: `${name}-fill`, type: "fill", source: name, paint: { "fill-color": ink, "fill-opacity": fill } });
      map.addLayer({ id: `${name}-line`, type: "line", source: name, paint: { "line-color": ink, "line-width": width } });
    }
    map.addSource("drawn", { type: "geojson", data: NOTHING });
    map.addLayer({ id: "drawn-line", type: "line", source: "drawn", paint: { "line-color": ink, "line-width": 2.4, "line-dasharray": [2, 1.4] } });
    map.addLayer({ id: "drawn-points", type: "circle", source: "drawn", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": "#ffffff", "circle-stroke-color": ink, "circle-stroke-width": 2.5 } });
    holder.dataset.ready = "true";
  });
  const names = [];
  const label = (geojson) => {
    for (const held of names.splice(0)) held.remove();
    for (const feature of geojson.features) names.push(nameMarker(feature).addTo(map));
    const follow = () => holder.classList.toggle("hides-names", map.getZoom() < NAMED_FROM);
    map.on("zoom", follow);
    follow();
  };
  return { map, ready, label, show: (name, geojson) => map.getSource(name).setData(geojson ?? NOTHING), fit: (geojson) => fit(map, geojson) };
}

export function positionsOf(geojson) {
  const found = [];
  const walk = (part) => (typeof part?.[0] === "number" ? found.push(part) : part?.forEach(walk));
  for (const feature of geojson?.features ?? [{ geometry: geojson?.geometry ?? geojson }]) walk(feature.geometry?.coordinates);
  return found;
}

function fit(map, geojson) {
  const bounds = new LngLatBounds();
  for (const position of positionsOf(geojson)) bounds.extend(position);
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 40, maxZoom: 16, duration: 0 });
}

function nameMarker(feature) {
  const bounds = new LngLatBounds();
  for (const position of positionsOf(feature)) bounds.extend(position);
  const element = document.createElement("span");
  element.className = "outline-name";
  element.textContent = feature.properties.name;
  return new Marker({ element }).setLngLat(bounds.getCenter());
}
