// A document is added to those of an intermediary, its scan first: the API keeps the whole list.
import { call } from "./api.js";
import { complain, read } from "./forms.js";

const form = document.getElementById("document-form");
const held = JSON.parse(document.getElementById("documents-start").textContent);

async function scanned() {
  const field = document.getElementById("scan");
  if (!field.files.length) return {};
  const body = new FormData();
  body.append("file", field.files[0]);
  return { attachment_id: (await call(field.dataset.path, { method: "POST", body })).body.id };
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const headers = { "If-Match": `"${form.dataset.version}"` };
  try {
    const document = { ...read(form), ...(await scanned()) };
    await call(form.dataset.path, { method: "PUT", headers, body: { documents: [...held, document] } });
    window.location.reload();
  } catch (problem) {
    complain(form.querySelector(".deed-problem"), problem);
  }
});
