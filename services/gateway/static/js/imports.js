// Import wizard: the file stays in the browser until it is sent; the server draws progress and result.
import { onChosen } from "./chosen.js";
import { make } from "./elements.js";
import { button, drawPreview } from "./preview.js";
import { beginningOf, upload } from "./upload.js";
import { megabytes, word } from "./words.js";

const IMPORTS = "/api/v1/registry/imports";
const LARGEST = 200 * 1024 * 1024;
const stage = document.getElementById("stage");
const steps = document.getElementById("steps");
let file = null;
let isSending = false;

function goTo(step) {
  let isPast = true;
  for (const item of steps.children) {
    const isCurrent = item.dataset.step === step;
    if (isCurrent) isPast = false;
    item.classList.toggle("is-past", isPast);
    item.toggleAttribute("aria-current", isCurrent);
    if (isCurrent) item.setAttribute("aria-current", "step");
  }
}

function follow() {
  const shown = document.getElementById("shown");
  if (shown) goTo(shown.dataset.state === "running" ? "run" : "result");
}

const drop = document.getElementById("drop");
if (drop) {
  onChosen(document.getElementById("file"), ([one]) => choose(one));
  for (const kind of ["dragover", "dragenter"]) drop.addEventListener(kind, (event) => over(event, true));
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, (event) => over(event, false));
  drop.addEventListener("drop", (event) => choose(event.dataTransfer.files[0]));
}

function over(event, isOver) {
  event.preventDefault();
  drop.classList.toggle("is-over", isOver);
}

async function choose(chosen) {
  if (!chosen) return;
  if (chosen.size > LARGEST) return complain(word("import.too_large", { size: megabytes(chosen.size) }));
  file = chosen;
  const place = document.getElementById("choose-problem");
  const bar = progress(word("import.reading"));
  place.replaceChildren(bar.element);
  try {
    const { part, isWhole } = await beginningOf(file);
    const preview = await upload(`${IMPORTS}/preview`, form(part, isWhole ? {} : { is_part: "true" }), { onProgress: bar.show });
    place.replaceChildren();
    showPreview(preview);
  } catch (problem) {
    complain(problem.errors?.[0]?.detail ?? problem.message);
  }
}

const kindOf = () => document.getElementById("kind")?.value ?? "enterprises";

// Where the file comes from, if anybody said so.
function source() {
  const said = document.getElementById("source")?.value.trim();
  return said ? { source: said } : {};
}

function form(content, fields) {
  const filled = new FormData();
  filled.set("kind", kindOf());
  for (const [name, value] of Object.entries(fields)) filled.set(name, value);
  filled.set("file", content, file.name);
  return filled;
}

function complain(text) {
  const place = document.getElementById("choose-problem");
  place.replaceChildren(make("div", { className: "notice notice-bad", textContent: text }));
  place.scrollIntoView({ block: "nearest" });
}

function showPreview(preview) {
  const actions = [
    { text: word("import.run"), className: "button button-main", act: () => send(false) },
    { text: word("import.try"), className: "button", act: () => send(true) },
    { text: word("import.other_file"), className: "button button-quiet", act: () => window.location.reload() },
  ];
  drawPreview(document.getElementById("preview"), { file, preview, actions });
  document.getElementById("choose").hidden = true;
  document.getElementById("past").hidden = true;
  goTo("preview");
}

async function send(isDryRun) {
  const place = document.getElementById("send") ?? document.querySelector(".shown-actions");
  const before = [...place.children];
  const giveUp = new AbortController();
  const bar = progress(word("import.uploading"), button(word("import.give_up"), "button", () => giveUp.abort()));
  place.replaceChildren(bar.element);
  isSending = true;
  try {
    const { id } = await upload(IMPORTS, form(file, isDryRun ? { ...source(), dry_run: "true" } : source()), {
      headers: { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` },
      onProgress: bar.show,
      signal: giveUp.signal,
    });
    window.history.pushState(null, "", `/imports/${id}`);
    await window.htmx.ajax("GET", `/imports/${id}`, { target: "#stage", swap: "innerHTML" });
  } catch (problem) {
    place.replaceChildren(...before);
    if (problem.name !== "AbortError") {
      place.prepend(make("div", { className: "notice notice-bad", textContent: problem.errors?.[0]?.detail ?? problem.message }));
    }
  } finally {
    isSending = false;
  }
  follow();
}

// A bar with what has been sent; when all of it has, the server still has to store it.
function progress(title, ...buttons) {
  const element = make("div", { className: "upload" });
  const words = make("div", { className: "progress-words" });
  const label = make("strong", { textContent: title });
  const count = make("span", {});
  const bar = make("progress", { className: "bar", max: 1, ariaLabel: title });
  words.append(label, count);
  element.append(words, bar, make("p", { className: "quiet small", textContent: word("import.upload_text") }), ...buttons);
  const show = (sent, size) => {
    count.textContent = word("import.sent", { sent: megabytes(sent), size: megabytes(size) });
    if (sent < size) bar.value = sent / size;
    else {
      label.textContent = word("import.storing");
      bar.removeAttribute("value");
    }
  };
  return { element, show };
}

window.addEventListener("beforeunload", (event) => isSending && event.preventDefault());
stage.addEventListener("click", (event) => {
  const run = event.target.closest("#run-now");
  if (!run) return;
  if (file) send(false);
  else window.location.assign(run.dataset.choose);
});
stage.addEventListener("htmx:afterSwap", follow);
window.addEventListener("popstate", () => window.location.reload());
follow();
