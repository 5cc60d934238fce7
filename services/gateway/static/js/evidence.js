// Photos are kept as soon as they are taken; a tick beside each says that it belongs to what is handed in.
import { call } from "./api.js";
import { onChosen } from "./chosen.js";
import { word } from "./words.js";

export const place = { known: null };

// Asks the phone where it is, tells `onKnown`, and fills in the forms that want to know.
export function locate(onKnown = () => {}) {
  if (!navigator.geolocation) return onKnown();
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      place.known = { longitude: coords.longitude, latitude: coords.latitude, accuracy: coords.accuracy };
      for (const name of ["longitude", "latitude", "accuracy"]) {
        for (const field of document.querySelectorAll(`input[type="hidden"][name="${name}"]`)) field.value = place.known[name];
      }
      onKnown();
    },
    () => onKnown(),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 },
  );
}

async function keep(file, { enterprise, service = "inspections" }) {
  const body = new FormData();
  body.append("file", file);
  body.append("enterprise_id", enterprise);
  body.append("taken_at", new Date(file.lastModified).toISOString());
  for (const [name, value] of Object.entries(place.known ?? {})) body.append(name, value);
  return (await call(`/api/v1/${service}/attachments`, { method: "POST", body })).body.id;
}

export function show(box, id, { source = `/api/v1/${box.dataset.service ?? "inspections"}/attachments/${id}`, isUsed = true } = {}) {
  const label = document.createElement("label");
  const tick = Object.assign(document.createElement("input"), { type: "checkbox", name: box.dataset.evidence, value: id, checked: isUsed });
  const image = Object.assign(document.createElement("img"), { src: source, alt: "" });
  label.className = "evidence-photo";
  const isSingle = "single" in box.dataset;
  tick.dataset.kind = isSingle ? "one" : "many";
  tick.setAttribute("aria-label", word("act.photo_kept"));
  label.append(tick, image);
  const shown = box.querySelector(".evidence-kept");
  if (isSingle) shown.replaceChildren();
  shown.append(label);
}

export const kept = (box) => [...box.querySelectorAll('.evidence-kept input[type="checkbox"]:checked')].map((tick) => tick.value);

for (const box of document.querySelectorAll("[data-evidence]:not(#check [data-evidence], [data-on-phone] [data-evidence])")) {
  const state = box.querySelector('[role="status"]');
  const field = box.querySelector('input[type="file"]');
  onChosen(field, async (files) => {
    for (const file of files) {
      state.textContent = word("act.photo_sending");
      try {
        show(box, await keep(file, box.dataset));
        state.textContent = word("act.photo_kept");
      } catch (problem) {
        state.textContent = problem.message;
      }
    }
    field.value = "";
    box.dispatchEvent(new Event("kept", { bubbles: true }));
  });
}

if (document.querySelector('input[type="hidden"][name="longitude"]')) locate();
