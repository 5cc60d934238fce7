// Small parts of which the pages of checklists are drawn.
import { svg } from "./colours.js";
import { make } from "./elements.js";
import { tag, word } from "./words.js";

const ICONS = new URL("../vendor/icons.svg", import.meta.url).pathname;

// What a part of a list is called in the reader's language, or in the other one.
export const named = (part) => (tag.startsWith("zh") ? part.zh || part.en : part.en || part.zh) || word("checklist.unnamed");

const icon = (name) => svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `${ICONS}#${name}` }));

export function button(text, act, { className = "button", sign = "", label = "" } = {}) {
  const element = make("button", { type: "button", className }, ...(sign ? [icon(sign)] : []), ...(text ? [` ${text}`] : []));
  if (label) element.setAttribute("aria-label", label);
  element.addEventListener("click", act);
  return element;
}

let count = 0;

export function field(label, input, hint = "") {
  input.id ||= `field-${(count += 1)}`;
  const box = make("div", { className: "field" }, Object.assign(make("label", { textContent: label }), { htmlFor: input.id }), input);
  if (hint) box.append(make("p", { className: "quiet small", textContent: hint }));
  return box;
}

export function line(value, onInput, { area = false, ...attributes } = {}) {
  const input = make(area ? "textarea" : "input", { className: "input", value: value ?? "", autocomplete: "off", maxLength: 500, ...attributes });
  if (area) input.rows = 2;
  input.addEventListener("input", () => onInput(area ? input.value.replace(/\s*\n\s*/g, " ") : input.value));
  return input;
}

export function choice(options, value, onChange) {
  const input = make("select", { className: "input" });
  for (const [name, text] of options) input.append(make("option", { value: name, textContent: text, selected: name === value }));
  input.addEventListener("change", () => onChange(input.value));
  return input;
}

export function tick(label, isOn, onChange) {
  const input = make("input", { type: "checkbox", checked: isOn });
  input.addEventListener("change", () => onChange(input.checked));
  return make("label", { className: "pick-box" }, input, ` ${label}`);
}

export function notice(text, kind, ...more) {
  return make("div", { className: `notice notice-${kind}` }, make("div", {}, text), ...more);
}
