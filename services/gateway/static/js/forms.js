// What a form says as JSON, and where a refusal is shown. A field "place.accuracy" goes into the part "place".
import { word } from "./words.js";

const KINDS = {
  list: (text) => text.split(/[、,，;；\s]+/).filter(Boolean),
  number: (text) => (text === "" ? null : Number(text)),
  flag: (text) => text === "true",
  until: (text) => new Date(`${text}T23:59:59+08:00`).toISOString(), // through that day in Shanghai
  maybe: (text) => text || null,
  json: (text) => JSON.parse(text),
  moment: (text) => new Date(`${text}:00+08:00`).toISOString(), // a minute in Shanghai
  point: (text) => Object.fromEntries(text.split(",").map((degrees, at) => [["longitude", "latitude"][at], Number(degrees)])),
};

export function read(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.type === "checkbox" && field.dataset.kind === "many") {
      body[field.name] ??= [];
      if (field.checked) body[field.name].push(field.value);
      continue;
    }
    if (["checkbox", "radio"].includes(field.type) && !field.checked) continue;
    const text = field.value.trim();
    if (text === "" && !field.required && !("empties" in field.dataset)) continue;
    const [name, part] = field.name.split(".");
    const kind = KINDS[field.dataset.kind];
    const value = kind ? kind(text) : text; // null is a value too: what may be empty was emptied
    body[name] = part ? { ...body[name], [part]: value } : value;
  }
  return body;
}

export function complain(place, problem) {
  const note = document.createElement("div");
  note.className = "notice notice-bad";
  note.textContent = [problem.message, ...problem.errors.map((one) => one.detail ?? "")].filter(Boolean).join(" ");
  place.replaceChildren(note);
  if (problem.status === 401) offerSignIn(note);
}

// Signing in elsewhere leaves what is written here as it is.
function offerSignIn(note) {
  const link = document.createElement("a");
  Object.assign(link, { href: "/sign-in", target: "_blank", className: "button", textContent: word("toast.sign_in_beside") });
  note.classList.add("notice-wraps");
  note.append(link);
  for (const same of document.querySelectorAll(".toast-note")) same.remove(); // it would lie above
  note.scrollIntoView({ block: "center" });
}
