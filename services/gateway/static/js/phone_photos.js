// Photos of a form that is filled in on site: kept on the phone at once, with time and place, and sent with the form.
import { onChosen } from "./chosen.js";
import { place, show } from "./evidence.js";
import { person } from "./phone.js";
import { changePhoto, keepPhoto, newId, photosOf } from "./phone_store.js";
import { word } from "./words.js";

const LARGEST = 15 * 1024 * 1024;

export async function take(file, { about, item, enterprise }) {
  if (file.size > LARGEST) throw new Error(word("offline.photo_too_large"));
  const blob = new Blob([await file.arrayBuffer()], { type: file.type });
  const taken_at = new Date(file.lastModified).toISOString();
  const one = { id: newId(), upload: newId(), person, about, item, enterprise, blob, taken_at, place: place.known, is_used: true };
  await keepPhoto(one);
  return one;
}

function showPhoto(box, one) {
  show(box, one.id, { source: URL.createObjectURL(one.blob), isUsed: one.is_used });
}

// Lets every box of photos in `form` keep its photos for `about`; `onKept` hears of each change.
export function bindPhotos(form, about, onKept) {
  for (const box of form.querySelectorAll("[data-evidence]")) {
    const item = box.closest("[data-item]").dataset.item;
    const state = box.querySelector('[role="status"]');
    const field = box.querySelector('input[type="file"]');
    onChosen(field, async (files) => {
      state.textContent = "";
      try {
        for (const file of files) showPhoto(box, await take(file, { about, item, enterprise: box.dataset.enterprise }));
      } catch (problem) {
        state.textContent = problem.name === "QuotaExceededError" ? word("offline.full") : problem.message;
      }
      field.value = "";
      onKept();
    });
    box.querySelector(".evidence-kept").addEventListener("change", (event) => changePhoto(event.target.value, { is_used: event.target.checked }));
  }
}

// Shows the photos that are kept for `about` and not shown yet.
export async function restorePhotos(form, about) {
  for (const one of await photosOf(person, about)) {
    const box = form.querySelector(`[data-item="${CSS.escape(one.item)}"] [data-evidence]`);
    if (box && !box.querySelector(`input[value="${one.id}"]`)) showPhoto(box, one);
  }
}
