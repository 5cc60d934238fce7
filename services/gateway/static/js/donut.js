// A group of enterprises on the map: a ring that shows the mix of colours, the number inside, a name below.
import { LEVELS, fillOf, sharesOf, svg, visibleParts } from "./colours.js";
import { shortNumber, word } from "./words.js";

const SMALLEST = 19;
const LARGEST = 46;
const CLUSTER_SCALE = 0.8; // an area without a name stays behind the subdistricts
const SCREEN_SCALE = window.matchMedia("(max-width: 900px)").matches ? 0.8 : 1;
const LEAST_ARC = 0.035; // of the ring, so that a single red enterprise among hundreds is seen
const TURN = 2 * Math.PI;

export function radiusOf(count, scale = 1) {
  return scale * SCREEN_SCALE * Math.min(LARGEST, SMALLEST + 6.2 * Math.log10(Math.max(count, 1)) ** 1.25);
}

export function donut(group, { name = "", isSelected = false } = {}) {
  const radius = radiusOf(group.enterprises, name ? 1 : CLUSTER_SCALE);
  const size = 2 * radius + 6;
  const picture = svg("svg", { width: size, height: size, viewBox: `${-size / 2} ${-size / 2} ${size} ${size}`, "aria-hidden": "true" },
    svg("circle", { r: radius + 2, class: "ring-halo" }),
    ...ring(group, radius),
    svg("circle", { r: radius * 0.64, class: "ring-middle" }),
    middle(group.enterprises, radius));
  return button(group, { picture, name, isSelected });
}

function button(group, { picture, name, isSelected }) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = isSelected ? "donut is-selected" : "donut";
  element.setAttribute("aria-label", describe(group, name));
  element.append(picture);
  if (name) {
    const label = document.createElement("span");
    label.className = "donut-name";
    label.textContent = name;
    element.append(label);
  }
  return element;
}

// A subdistrict without a ring: its name alone, which opens its list all the same.
export function placeName(name, isSelected) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = isSelected ? "place-name is-selected" : "place-name";
  element.textContent = name;
  return element;
}

function ring(group, radius) {
  const shares = sharesOf(group);
  const parts = visibleParts(shares, LEAST_ARC);
  let from = 0;
  return shares.map((share, number) => {
    const to = from + parts[number];
    const path = svg("path", { d: sector(from, to, radius, radius * 0.66), fill: fillOf(share.level, share.isProvisional), "fill-rule": "evenodd", class: "ring-part" });
    from = to;
    return path;
  });
}

function sector(from, to, outer, inner) {
  if (to - from > 0.9999) {
    return `M0 ${-outer}A${outer} ${outer} 0 1 1 -0.01 ${-outer}ZM0 ${-inner}A${inner} ${inner} 0 1 1 -0.01 ${-inner}Z`;
  }
  const isLarge = to - from > 0.5 ? 1 : 0;
  const at = (turn, radius) => `${(Math.sin(turn * TURN) * radius).toFixed(2)} ${(-Math.cos(turn * TURN) * radius).toFixed(2)}`;
  return `M${at(from, outer)}A${outer} ${outer} 0 ${isLarge} 1 ${at(to, outer)}L${at(to, inner)}A${inner} ${inner} 0 ${isLarge} 0 ${at(from, inner)}Z`;
}

function middle(count, radius) {
  const text = shortNumber(count);
  const size = Math.max(11, Math.min(17, (radius * 1.5) / Math.max(2.4, text.length * 0.72)));
  const element = svg("text", { class: "ring-count", "text-anchor": "middle", "dominant-baseline": "central", "font-size": size });
  element.textContent = text;
  return element;
}

function describe(group, name) {
  const mix = LEVELS.filter((level) => group.by_level[level])
    .map((level) => `${word(`level.${level}`)} ${group.by_level[level]}`)
    .join(", ");
  return word("map.group", { name: name || word("map.cluster"), count: group.enterprises, mix });
}
