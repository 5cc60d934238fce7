// The four level colours, and the ways to draw "provisional": hatched in SVG and on canvas.
export const LEVELS = ["1", "2", "3", "4", "none"];
export const HUES = { 1: "#d9001b", 2: "#ff8c00", 3: "#ffd900", 4: "#1e6fff", none: "#98a2ae" };
const LEAST_BAR = 0.02;
const SVG = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function installHatches() {
  const patterns = LEVELS.map((level) =>
    svg("pattern", { id: `hatch-${level}`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 5, height: 5, class: "hatch-ground" }),
      svg("rect", { width: 2.7, height: 5, fill: HUES[level] })),
  );
  const holder = svg("svg", { width: 0, height: 0, "aria-hidden": "true", class: "hatches" }, svg("defs", {}, ...patterns));
  document.body.append(holder);
}

export const fillOf = (level, isProvisional) => (isProvisional ? `url(#hatch-${level})` : HUES[level]);

// Shares of a group in drawing order: worst level first, the confirmed part before the provisional one.
export function sharesOf(group) {
  return LEVELS.flatMap((level) => {
    const all = group.by_level[level] ?? 0;
    const provisional = Math.min(group.provisional_by_level?.[level] ?? 0, all);
    return [
      { level, isProvisional: false, value: all - provisional },
      { level, isProvisional: true, value: provisional },
    ];
  }).filter((share) => share.value > 0);
}

// How much of a picture each share takes: every colour that occurs is seen, however many enterprises have another.
export function visibleParts(shares, least) {
  const total = shares.reduce((sum, share) => sum + share.value, 0);
  const parts = shares.map((share) => Math.max(share.value / total, least));
  const excess = parts.reduce((sum, part) => sum + part, 0) - 1;
  const spare = parts.reduce((sum, part) => sum + part - least, 0);
  return parts.map((part) => part - (spare ? (excess * (part - least)) / spare : 0));
}

export function drawMix(element, group) {
  const shares = sharesOf(group);
  const parts = visibleParts(shares, LEAST_BAR);
  let left = 0;
  const bars = shares.map((share, number) => {
    const width = parts[number] * 100;
    const bar = svg("rect", { x: left, y: 0, width, height: 10, fill: HUES[share.level], "fill-opacity": share.isProvisional ? 0.75 : 1 });
    left += width;
    return bar;
  });
  element.replaceChildren(...bars);
}
