// Forms that change something through the API: `data-send="METHOD path"`, `data-version` of what was read.
import { call } from "./api.js";
import { complain, read } from "./forms.js";
import { ask } from "./toast.js";
import { word } from "./words.js";

async function send(form, body) {
  const [method, path] = form.dataset.send.split(" ");
  const headers = form.dataset.version ? { "If-Match": `"${form.dataset.version}"` } : {};
  const answer = await call(path, { method, body, headers });
  const next = form.dataset.then?.replace("{id}", answer.body.id);
  if (next) window.location.assign(next);
  else window.location.reload();
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.deed[data-send]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  const text = form.dataset.asks;
  if (text && !(await ask({ title: button.textContent.trim(), text, yes: word("deed.yes"), no: word("deed.cancel"), bad: true }))) return;
  button?.setAttribute("disabled", "");
  try {
    await send(form, read(form));
  } catch (problem) {
    const isLeft = problem.status !== 0 || form.dispatchEvent(new CustomEvent("unsent", { bubbles: true, cancelable: true, detail: read(form) }));
    if (isLeft) complain(form.querySelector(".deed-problem"), problem);
    form.dispatchEvent(new CustomEvent("refused", { detail: problem }));
    button?.removeAttribute("disabled");
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
});
