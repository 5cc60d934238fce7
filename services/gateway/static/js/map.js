// The four-colour map: vector tiles of our own gateway, groups as rings, single enterprises as numbered dots.
import { LngLatBounds, Map as LibreMap, Marker, setWorkerUrl } from "../vendor/maplibre-gl.mjs";
import { HUES, LEVELS } from "./colours.js";
import { donut, placeName } from "./donut.js";
import { groundStyle, installBorders } from "./ground.js";

const SOURCE = "enterprises";
const HOME = { center: [121.43, 28.66], zoom: 10.6 };
const LEVEL_OF = { 5: "none", 0: "none" };
const CLUSTERS = "clusters";
const POINTS = "points";

export class ColourMap {
  constructor(holder, { worker, base, onPoint, onSubdistrict, reduceMotion }) {
    setWorkerUrl(new URL(worker, window.location.href).href);
    this.onSubdistrict = onSubdistrict;
    this.duration = reduceMotion ? 0 : 450;
    this.clusters = new Map();
    this.subdistricts = [];
    this.query = "";
    this.libre = new LibreMap({
      container: holder,
      style: groundStyle(base),
      ...HOME,
      minZoom: 7,
      maxZoom: 19,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      refreshExpiredTiles: false, // the event stream says when tiles have changed
    });
    this.libre.touchZoomRotate.disableRotation();
    this.ready = new Promise((resolve) => this.libre.on("load", resolve)).then(() => this.prepare(onPoint));
  }

  prepare(onPoint) {
    for (const level of LEVELS) {
      this.libre.addImage(`dot-${level}`, dot(level, false), { pixelRatio: 2 });
      this.libre.addImage(`dot-${level}-hatched`, dot(level, true), { pixelRatio: 2 });
    }
    installBorders(this.libre);
    this.libre.addSource(SOURCE, { type: "vector", tiles: [this.tileAddress()], minzoom: 7, maxzoom: 17 });
    this.libre.addLayer({ id: CLUSTERS, type: "circle", source: SOURCE, "source-layer": CLUSTERS, paint: { "circle-opacity": 0, "circle-radius": 1 } });
    this.libre.addLayer(pointLayer());
    this.libre.on("click", POINTS, (event) => onPoint(event.features[0].properties));
    this.libre.on("mouseenter", POINTS, () => this.pointer("pointer"));
    this.libre.on("mouseleave", POINTS, () => this.pointer(""));
    this.libre.on("sourcedata", (event) => event.sourceId === SOURCE && event.isSourceLoaded && this.drawClusters());
    this.libre.on("moveend", () => this.drawClusters());
    this.libre.on("moveend", () => this.placeNames());
    document.getElementById("map").dataset.ready = "true";
  }

  pointer(kind) {
    this.libre.getCanvas().style.cursor = kind;
  }

  tileAddress() {
    return `${window.location.origin}/api/v1/map/tiles/{z}/{x}/{y}${this.query ? `?${this.query}` : ""}`;
  }

  filter(query) {
    if (query === this.query) return;
    this.query = query;
    this.libre.getSource(SOURCE)?.setTiles([this.tileAddress()]);
  }

  refresh() {
    this.libre.refreshTiles(SOURCE);
  }

  drawClusters() {
    const wanted = new Map();
    for (const feature of this.libre.querySourceFeatures(SOURCE, { sourceLayer: CLUSTERS })) {
      const key = `${feature.geometry.coordinates.map((part) => part.toFixed(5))}`;
      wanted.set(key, feature);
    }
    for (const [key, held] of this.clusters) {
      if (wanted.has(key) && held.mark === markOf(wanted.get(key).properties)) continue;
      held.marker.remove();
      this.clusters.delete(key);
    }
    for (const [key, feature] of wanted) if (!this.clusters.has(key)) this.clusters.set(key, this.clusterMarker(feature));
  }

  clusterMarker(feature) {
    const at = feature.geometry.coordinates;
    const element = donut(groupOf(feature.properties));
    element.addEventListener("click", () => this.libre.easeTo({ center: at, zoom: this.libre.getZoom() + 2, duration: this.duration }));
    return { marker: new Marker({ element }).setLngLat(at).addTo(this.libre), mark: markOf(feature.properties) };
  }

  drawBorders(name, outlines) {
    this.libre.getSource(name).setData(outlines);
    this.libre.getContainer().dataset[name] = String(outlines.features.length);
  }

  // Every subdistrict is named where it lies; those with enterprises that are known no closer get a ring above the name.
  drawSubdistricts(rows, selected) {
    for (const held of this.subdistricts) held.remove();
    this.subdistricts = rows
      .filter((row) => row.longitude != null)
      .sort((one, other) => other.latitude - one.latitude)
      .map((row) => this.subdistrictMarker(row, selected.has(row.division)));
    this.placeNames();
  }

  // Names may not cover each other or lie under a ring: that of a smaller place goes above its ring, or is left out until closer in.
  placeNames() {
    const places = this.subdistricts.map((held) => placeOf(held.getElement())).sort((one, other) => other.weight - one.weight);
    const taken = [];
    for (const place of places) {
      const others = places.filter((other) => other !== place && other.ring);
      const isFree = (box) => !taken.some((other) => overlap(box, other)) && !others.some(({ ring }) => reaches(ring, box));
      const side = Object.keys(place.boxes).find((name) => isFree(place.boxes[name])) ?? "";
      place.element.dataset.name = side || "left-out";
      if (side) taken.push(place.boxes[side]);
    }
  }

  subdistrictMarker(row, isSelected) {
    const hasRing = row.unlocated.enterprises > 0;
    const element = hasRing ? donut(row.unlocated, { name: row.name, isSelected }) : placeName(row.name, isSelected);
    element.classList.add("is-subdistrict");
    element.dataset.weight = isSelected ? Infinity : row.enterprises;
    element.addEventListener("click", () => this.onSubdistrict(row.division));
    return new Marker({ element }).setLngLat([row.longitude, row.latitude]).addTo(this.libre);
  }

  showAll(rows, { animate = true } = {}) {
    const bounds = new LngLatBounds();
    for (const row of rows) if (row.longitude != null) bounds.extend([row.longitude, row.latitude]);
    if (bounds.isEmpty()) return;
    const { clientWidth, clientHeight } = this.libre.getContainer();
    const room = Math.min(clientWidth, clientHeight) * 0.12;
    const foot = clientWidth > 700 ? 60 : 20;
    const padding = { top: room + 20, bottom: room + foot, left: room + 6, right: room + 6 };
    this.libre.fitBounds(bounds, { padding, maxZoom: 14, duration: animate ? this.duration : 0 });
  }

  zoomBy(step) {
    this.libre.zoomTo(this.libre.getZoom() + step, { duration: this.duration });
  }
}

const levelName = (value) => LEVEL_OF[value] ?? String(value ?? "none");
const NAME_GAP = 2; // pixels between a ring and its name
const HALO = 3; // pixels around a ring that a name may touch

// Where a subdistrict's ring lies on the screen, and where its name could.
function placeOf(element) {
  const label = element.querySelector(".donut-name");
  const weight = Number(element.dataset.weight);
  if (!label) return { element, weight, boxes: { below: element.getBoundingClientRect() } };
  const ring = element.querySelector("svg").getBoundingClientRect();
  const { width, height } = label.getBoundingClientRect();
  const left = ring.left + (ring.width - width) / 2;
  const below = new DOMRect(left, ring.bottom + NAME_GAP, width, height);
  const above = new DOMRect(left, ring.top - NAME_GAP - height, width, height);
  return { element, weight, ring, boxes: { below, above } };
}

const overlap = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

function reaches(ring, box) {
  const x = ring.left + ring.width / 2;
  const y = ring.top + ring.height / 2;
  const nearest = [Math.max(box.left, Math.min(x, box.right)), Math.max(box.top, Math.min(y, box.bottom))];
  return Math.hypot(nearest[0] - x, nearest[1] - y) < ring.width / 2 - HALO;
}

const markOf = (properties) => JSON.stringify(properties);

function groupOf(properties) {
  const by_level = {};
  const provisional_by_level = {};
  for (const [index, level] of LEVELS.entries()) {
    by_level[level] = properties[`l${index + 1}`] ?? 0;
    provisional_by_level[level] = properties[`p${index + 1}`] ?? 0;
  }
  return { enterprises: properties.enterprises ?? properties.count, by_level, provisional_by_level };
}

function pointLayer() {
  const level = ["match", ["get", "level"], [1, 2, 3, 4], ["to-string", ["get", "level"]], "none"];
  const hatch = ["case", ["to-boolean", ["get", "provisional"]], "-hatched", ""];
  return {
    id: POINTS,
    type: "symbol",
    source: SOURCE,
    "source-layer": POINTS,
    layout: {
      "icon-image": ["concat", "dot-", level, hatch],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.62, 14, 0.85, 17, 1.1],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "symbol-sort-key": ["-", 6, ["coalesce", ["get", "level"], 5]],
    },
  };
}

// A dot of 26 px at double resolution with the number of its level, so that the colour is not the only sign.
function dot(level, isHatched) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 52;
  const pen = canvas.getContext("2d");
  const circle = new Path2D("M26 4a22 22 0 1 0 .01 0Z");
  pen.fillStyle = isHatched ? "#ffffff" : HUES[level];
  pen.fill(circle);
  if (isHatched) hatch(pen, circle, HUES[level]);
  pen.lineWidth = 3;
  pen.strokeStyle = isHatched ? HUES[level] : "#ffffff";
  pen.stroke(circle);
  write(pen, level === "none" ? "–" : level, isHatched || level === "2" || level === "3" ? "#17202b" : "#ffffff", isHatched);
  return pen.getImageData(0, 0, 52, 52);
}

function hatch(pen, circle, hue) {
  pen.save();
  pen.clip(circle);
  pen.strokeStyle = hue;
  pen.lineWidth = 4.5;
  for (let at = -52; at < 104; at += 10) {
    pen.beginPath();
    pen.moveTo(at, 0);
    pen.lineTo(at - 52, 52);
    pen.stroke();
  }
  pen.restore();
}

function write(pen, text, colour, hasHalo) {
  pen.font = "700 26px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  if (hasHalo) {
    pen.lineWidth = 7;
    pen.strokeStyle = "#ffffff";
    pen.strokeText(text, 26, 28);
  }
  pen.fillStyle = colour;
  pen.fillText(text, 26, 28);
}
