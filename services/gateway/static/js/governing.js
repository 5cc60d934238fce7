// Forms that speak to the API: data-api is "METHOD path", fields become JSON, then the page is drawn again.
import { call } from "./api.js";
import { read } from "./forms.js";
import { ask, toast } from "./toast.js";
import { word } from "./words.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-api]");
  if (!form) return;
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.ask && !(await agreed(form))) return;
  const [method, path] = form.dataset.api.split(" ");
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  try {
    const headers = form.dataset.version ? { "If-Match": `"${form.dataset.version}"` } : {};
    const { body } = await call(path, { method, headers, body: "amend" in form.dataset ? amendments(form) : read(form) });
    toast(form.dataset.done || word("toast.saved"));
    if (form.dataset.open) return window.location.assign(form.dataset.open.replace("ID", body.id));
    await redraw(form);
  } catch (problem) {
    toast(problem.errors?.[0]?.detail ?? problem.message, { bad: true });
    for (const button of buttons) button.disabled = false;
  }
});

function agreed(form) {
  return ask({ title: form.dataset.ask, text: form.dataset.askText ?? "", yes: form.querySelector("button").textContent.trim(), no: word("ask.cancel"), bad: "bad" in form.dataset });
}

function amendments(form) {
  const changed = [...form.querySelectorAll("[data-part]")].filter((field) => Number(field.value) !== Number(field.dataset.before));
  return {
    note: form.querySelector('[name="note"]').value,
    amendments: changed.map((field) => ({ card: field.dataset.card, part: field.dataset.part, id: field.dataset.id, value: Number(field.value) })),
  };
}

async function redraw(form) {
  const part = form.closest("[data-redraw]");
  const address = part?.dataset.redraw ?? window.location.href;
  const target = part ? `#${part.id}` : "#content";
  await window.htmx.ajax("GET", address, { target, select: part ? undefined : "#content", swap: part ? "innerHTML" : "outerHTML" });
}

// A method chosen for a risk point shows the factors that it judges.
document.addEventListener("change", (event) => {
  const method = event.target.closest("select[data-methods]");
  if (!method) return;
  for (const box of method.form.querySelectorAll("[data-method]")) {
    const isChosen = box.dataset.method.split(" ").includes(method.value);
    box.hidden = !isChosen;
    for (const field of box.querySelectorAll("[name]")) field.disabled = !isChosen;
  }
});
