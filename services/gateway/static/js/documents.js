// A document is added to those of an intermediary: the API keeps the whole list.
import { call } from "./api.js";
import { complain, read } from "./forms.js";

const form = document.getElementById("document-form");
const held = JSON.parse(document.getElementById("documents-start").textContent);

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = { "If-Match": `"${form.dataset.version}"` };
  try {
    await call(form.dataset.path, { method: "PUT", headers, body: { documents: [...held, read(form)] } });
    window.location.reload();
  } catch (problem) {
    complain(form.querySelector(".deed-problem"), problem);
  }
});
