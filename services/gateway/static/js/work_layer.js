// Works under a permit as marks on a map: an icon for the kind, shape and colour for the state, groups where they lie close.
import { Marker, Popup } from "../vendor/maplibre-gl.mjs";
import { circle } from "./ground_circles.js";
import { hasWord, number, tag, word } from "./words.js";

const SOURCE = "works";
const REACH = "works-reach";
const NOTHING = { type: "FeatureCollection", features: [] };
const NEAREST = 17; // what still lies together here is listed
const LISTED = 12;
const OFFSET = 18;
const time = new Intl.DateTimeFormat(tag, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });

export class WorkLayer {
  constructor(libre, { icons, sprite, duration = 0 }) {
    Object.assign(this, { libre, icons, sprite, duration, items: new Map(), marks: new Map(), isShown: true, popup: null });
    const suspended = ["+", ["case", ["==", ["get", "state"], "suspended"], 1, 0]];
    libre.addSource(SOURCE, { type: "geojson", data: NOTHING, maxzoom: 20, cluster: true, clusterRadius: 40, clusterMaxZoom: 19, clusterProperties: { suspended } });
    libre.addLayer({ id: SOURCE, type: "circle", source: SOURCE, paint: { "circle-opacity": 0, "circle-radius": 1 } });
    libre.addSource(REACH, { type: "geojson", data: NOTHING });
    libre.addLayer({ id: REACH, type: "fill", source: REACH, paint: { "fill-color": "#d9001b", "fill-opacity": 0.14 } });
    libre.on("sourcedata", (event) => event.sourceId === SOURCE && event.isSourceLoaded && this.draw());
    libre.on("moveend", () => this.draw());
  }

  show(items) {
    this.items = new Map(items.map((one) => [one.permit_id, one]));
    this.refresh();
  }

  change(item, isThere) {
    if (isThere) this.items.set(item.permit_id, item);
    else this.items.delete(item.permit_id);
    this.refresh();
  }

  switch(isShown) {
    this.isShown = isShown;
    this.popup?.remove();
    this.refresh();
  }

  refresh() {
    const placed = this.isShown ? [...this.items.values()].filter((one) => one.longitude != null) : [];
    this.libre.getSource(SOURCE).setData({ type: "FeatureCollection", features: placed.map(featureOf) });
    this.libre.getContainer().dataset.works = String(placed.length);
  }

  draw() {
    const wanted = new Map();
    for (const feature of this.libre.querySourceFeatures(SOURCE)) wanted.set(keyOf(feature), feature);
    for (const [key, marker] of this.marks) {
      if (wanted.has(key)) continue;
      marker.remove();
      this.marks.delete(key);
    }
    for (const [key, feature] of wanted) if (!this.marks.has(key)) this.marks.set(key, this.mark(feature));
  }

  mark(feature) {
    const at = feature.geometry.coordinates;
    const { cluster, cluster_id: id, point_count: count, suspended, permit_id: permit } = feature.properties;
    const element = cluster ? this.group(count, suspended) : this.single(this.items.get(permit) ?? feature.properties);
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      if (cluster) this.enter(id, at);
      else this.tell(at, [this.items.get(permit) ?? feature.properties]);
    });
    return new Marker({ element, offset: [OFFSET, -OFFSET] }).setLngLat(at).addTo(this.libre);
  }

  single(one) {
    const element = button("work-mark", one.state, described(one));
    element.dataset.permit = one.permit_id;
    element.dataset.precision = one.precision;
    element.append(this.icon(one.kind));
    return element;
  }

  group(count, suspended) {
    const element = button("work-mark work-group", suspended ? "suspended" : "active", word("work.group", { count: number(count), suspended: number(suspended) }));
    element.append(this.icon(""), document.createTextNode(number(count)));
    return element;
  }

  async enter(id, at) {
    const source = this.libre.getSource(SOURCE);
    const zoom = await source.getClusterExpansionZoom(id);
    if (zoom <= NEAREST) return void this.libre.easeTo({ center: at, zoom: zoom + 0.2, duration: this.duration });
    const leaves = await source.getClusterLeaves(id, LISTED, 0);
    this.tell(at, leaves.map((leaf) => this.items.get(leaf.properties.permit_id) ?? leaf.properties));
  }

  // What is known of works at one place; the circle is how far off the position may be.
  tell(at, works) {
    this.popup?.remove();
    const list = make("ul", "work-card");
    list.append(...works.map((one) => this.row(one)));
    this.popup = new Popup({ offset: OFFSET + 12, maxWidth: "320px", focusAfterOpen: true }).setLngLat(at).setDOMContent(list).addTo(this.libre);
    const [first] = works;
    const reach = works.length === 1 && first.precision === "work" && first.accuracy_m > 0 ? { type: "FeatureCollection", features: [circle(at, first.accuracy_m)] } : NOTHING;
    this.libre.getSource(REACH).setData(reach);
    this.popup.on("close", () => this.libre.getSource(REACH)?.setData(NOTHING));
  }

  row(one) {
    const row = make("li", "");
    const link = make("a", "", `${word(`permit.kind_${one.kind}`)} ${levelOf(one)}`.trim());
    link.href = `/permits/${one.permit_id}`;
    const state = make("span", "label", word(`permit.way_${one.state}`));
    state.dataset.state = one.state;
    const head = make("p", "work-card-head");
    head.append(this.icon(one.kind), link, state);
    row.append(head, make("p", "", one.name), make("p", "quiet small", word("work.until", { time: time.format(new Date(one.ends_at)) })), make("p", "quiet small", whereOf(one)));
    return row;
  }

  icon(kind) {
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    picture.setAttribute("class", "icon");
    picture.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${this.sprite}#${this.icons[kind] ?? "flame"}`);
    picture.append(use);
    return picture;
  }
}

export const levelOf = (one) => (one.level && hasWord(`permit.level_${one.level}`) ? word(`permit.level_${one.level}`) : "");

function whereOf(one) {
  if (one.precision === "work" && one.accuracy_m) return word("work.accuracy", { metres: number(Math.round(one.accuracy_m)) });
  return word(`work.place_${one.precision}`);
}

const described = (one) => [word(`permit.kind_${one.kind}`), levelOf(one), word(`permit.way_${one.state}`), one.name].filter(Boolean).join(" · ");

function featureOf(one) {
  const { permit_id, kind, level, state, name, ends_at, accuracy_m, precision } = one;
  return { type: "Feature", properties: { permit_id, kind, level, state, name, ends_at, accuracy_m, precision }, geometry: { type: "Point", coordinates: [one.longitude, one.latitude] } };
}

function keyOf(feature) {
  const { cluster, point_count: count, suspended, permit_id: permit, state, precision } = feature.properties;
  const at = feature.geometry.coordinates.map((part) => part.toFixed(5));
  return cluster ? `${at} ${feature.properties.cluster_id} ${count} ${suspended}` : `${permit} ${state} ${precision} ${at}`;
}

function button(className, state, label) {
  const element = make("button", className);
  element.type = "button";
  element.dataset.state = state;
  element.setAttribute("aria-label", label);
  element.title = label;
  return element;
}

function make(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
