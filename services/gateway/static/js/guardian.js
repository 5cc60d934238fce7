// The phone of a guardian tells where it is, so that work stops that nobody guards.
import { call } from "./api.js";
import { word } from "./words.js";

const NEAR = 0.0001; // degrees, about ten metres: less is not worth telling at once
const LONG = 60_000; // and after so many milliseconds it is told again

for (const button of document.querySelectorAll("[data-guards]")) guard(button);

function guard(button) {
  const { guards, path } = button.dataset;
  const key = `guards ${path} ${guards}`;
  const line = button.nextElementSibling;
  let watch = null;
  let told = null;

  const say = (name, facts) => (line.textContent = word(`permit.${name}`, facts));
  const tell = async ({ coords }) => {
    const { longitude, latitude, accuracy } = coords;
    const isNews = !told || Math.hypot(longitude - told.longitude, latitude - told.latitude) > NEAR || Date.now() - told.at > LONG;
    if (!isNews) return;
    told = { longitude, latitude, at: Date.now() };
    try {
      const { body } = await call(path, { method: "POST", body: { person_id: guards, longitude, latitude, accuracy_m: accuracy } });
      say(body.away_since ? "guard_is_away" : "guard_is_here", { metres: Math.round(body.distance_m) });
    } catch (problem) {
      told = null;
      line.textContent = problem.message;
      if (problem.status >= 400 && problem.status < 500) end();
    }
  };
  const end = () => {
    navigator.geolocation.clearWatch(watch);
    watch = null;
    sessionStorage.removeItem(key);
    button.setAttribute("aria-pressed", "false");
  };
  const begin = () => {
    if (!navigator.geolocation) return say("guard_unseen");
    watch = navigator.geolocation.watchPosition(tell, () => say("guard_unseen"), { enableHighAccuracy: true, maximumAge: 5_000 });
    sessionStorage.setItem(key, "on");
    button.setAttribute("aria-pressed", "true");
    say("locating");
  };
  button.addEventListener("click", () => (watch === null ? begin() : (end(), (line.textContent = ""))));
  if (sessionStorage.getItem(key)) begin();
}
