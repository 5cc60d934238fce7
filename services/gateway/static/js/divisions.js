// Boundaries of divisions: a GeoJSON file per row, checked by the registry, drawn on every map.
import { call } from "./api.js";
import { ask, toast } from "./toast.js";
import { word } from "./words.js";

const LARGEST = 4 * 1024 * 1024;
const path = (row) => `/api/v1/registry/divisions/${row.dataset.division}/boundary`;

document.addEventListener("change", (event) => {
  if (event.target.dataset.act !== "load" || !event.target.files.length) return;
  const row = event.target.closest("tr");
  settle(() => load(row, event.target.files[0]), word("divisions.loaded", { name: row.dataset.name }));
});

document.addEventListener("click", async (event) => {
  const pressed = event.target.closest('[data-act="remove"]');
  if (!pressed) return;
  const row = pressed.closest("tr");
  const agreed = await ask({
    title: word("divisions.ask_remove", { name: row.dataset.name }),
    text: word("divisions.ask_remove_text"),
    yes: word("divisions.remove"),
    no: word("ask.cancel"),
    bad: true,
  });
  if (agreed) settle(() => call(path(row), { method: "DELETE" }), word("divisions.removed", { name: row.dataset.name }));
});

async function load(row, file) {
  if (file.size > LARGEST) throw new Error(word("divisions.too_large"));
  const geometry = parsed(await file.text());
  await call(path(row), { method: "PUT", body: { geometry, crs: document.getElementById("crs").value } });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(word("divisions.no_json"));
  }
}

async function settle(work, done) {
  try {
    await work();
    toast(done);
  } catch (problem) {
    toast(problem.message, { bad: true });
  }
  const crs = document.getElementById("crs").value;
  await window.htmx.ajax("GET", window.location.href, { target: "#divisions", select: "#divisions", swap: "outerHTML" });
  document.getElementById("crs").value = crs;
}
