// A signature drawn with a finger, a pen or a mouse: kept as a picture first, then the document is signed with it.
import { call } from "./api.js";
import { complain, read } from "./forms.js";
import { word } from "./words.js";

const PEN = 2.6; // of a point on the screen

function prepare(canvas) {
  const ink = { isDrawn: false, last: null };
  const context = canvas.getContext("2d");
  const size = () => {
    const scale = window.devicePixelRatio || 1;
    const { width, height } = canvas.getBoundingClientRect();
    if (!width || canvas.width === Math.round(width * scale)) return;
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    context.scale(scale, scale);
    Object.assign(context, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#101418" });
    ink.isDrawn = false;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    size();
    canvas.setPointerCapture(event.pointerId);
    ink.last = at(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!ink.last) return;
    const next = at(event);
    context.beginPath();
    context.moveTo(...ink.last);
    context.lineTo(...next);
    context.stroke();
    Object.assign(ink, { isDrawn: true, last: next });
    canvas.classList.remove("is-missing");
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (ink.last = null));
  canvas.parentElement.querySelector("[data-clear]").addEventListener("click", () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    ink.isDrawn = false;
  });
  return ink;
}

async function kept(canvas, enterprise) {
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const body = new FormData();
  body.append("file", picture, "signature.png");
  body.append("enterprise_id", enterprise);
  body.append("taken_at", new Date().toISOString());
  return (await call("/api/v1/inspections/attachments", { method: "POST", body })).body.id;
}

for (const form of document.querySelectorAll("form[data-sign]")) {
  const canvas = form.querySelector("[data-pad]");
  const ink = canvas && prepare(canvas);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problems = form.querySelector(".deed-problem");
    if (canvas && !ink.isDrawn) {
      canvas.classList.add("is-missing");
      return complain(problems, { message: word("document.draw_first"), errors: [] });
    }
    const button = form.querySelector('button[type="submit"]');
    button.disabled = true;
    try {
      const image = canvas ? { image_id: await kept(canvas, form.dataset.enterprise) } : {};
      await call(form.dataset.sign, { method: "POST", body: { ...read(form), ...image } });
      window.location.assign(`${window.location.pathname}?done=document_signed`);
    } catch (problem) {
      complain(problems, problem);
      button.disabled = false;
    }
  });
}
