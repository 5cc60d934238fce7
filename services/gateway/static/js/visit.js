// Checking in and out: says how exactly the phone knows where it is, and waits for it.
import { locate, place } from "./evidence.js";
import { word } from "./words.js";

const forms = [...document.querySelectorAll(".visit-position")];

function tell() {
  const key = place.known ? "check.place_known" : "visit.place_none";
  for (const form of forms) {
    form.querySelector("[data-position] span").textContent = word(key, { metres: Math.round(place.known?.accuracy ?? 0) });
    form.querySelector('button[type="submit"]').disabled = !place.known;
  }
}

if (forms.length) locate(tell);
