// The form of a check on a phone, as it would be with this draft; conditions work, nothing is sent.
import { answersOf, shownItems } from "./checklist_model.js";
import { named } from "./checklist_parts.js";
import { make } from "./elements.js";
import { word } from "./words.js";

const answers = {};

export function drawPreview(place, content, { onChoose }) {
  const scroll = place.querySelector(".phone-screen")?.scrollTop ?? 0;
  const shown = shownItems(content, answers);
  const screen = make("div", { className: "phone-screen survey-card" });
  for (const section of content.section) {
    const items = section.item.filter((item) => shown.includes(item));
    if (!items.length) continue;
    screen.append(make("h2", { className: "check-section", textContent: named(section) }));
    screen.append(...items.map((item) => drawItem(content, item, { onChoose, redraw: () => drawPreview(place, content, { onChoose }) })));
  }
  if (!shown.length) screen.append(make("p", { className: "quiet", textContent: word("checklist.preview_empty") }));
  place.replaceChildren(make("div", { className: "phone" }, make("p", { className: "phone-title small quiet", textContent: `${word("checklist.view_preview")} · ${score(content, shown)}` }), screen));
  screen.scrollTop = scroll;
}

function drawItem(content, item, { onChoose, redraw }) {
  const box = make("fieldset", { className: "panel" });
  const legend = make("legend", { textContent: named(item) });
  if (item.major) legend.append(" ", make("span", { className: "label label-bad", textContent: word("check.major") }));
  if (!item.is_mandatory) legend.append(" ", make("span", { className: "quiet small", textContent: word("checklist.optional") }));
  legend.append(make("span", { className: "row-note", textContent: item.clause }));
  const choices = make("div", { className: "choices" });
  for (const answer of answersOf(content, item.responses)) {
    const input = make("input", { type: "radio", name: `preview-${item.id}`, value: answer.id, checked: answers[item.id] === answer.id });
    input.addEventListener("change", () => {
      answers[item.id] = answer.id;
      redraw();
    });
    const label = make("label", { className: "segment" }, input, make("span", { textContent: named(answer) }));
    label.dataset.meaning = answer.meaning;
    choices.append(label);
  }
  box.append(legend, choices);
  const meaning = meaningOf(content, item);
  if (meaning === "abnormal" || (item.photo === "always" && meaning && meaning !== "not_applicable")) {
    box.append(make("p", { className: "check-fault small", textContent: word(meaning === "abnormal" ? "checklist.asks_photo_and_note" : "checklist.asks_photo") }));
  }
  box.addEventListener("focusin", () => onChoose(item));
  return box;
}

const meaningOf = (content, item) => answersOf(content, item.responses).find((one) => one.id === answers[item.id])?.meaning;

// The score by the same formula as the service: weights of what counts, each by the share that its answer earns.
function score(content, shown) {
  let total = 0;
  let earned = 0;
  for (const item of shown) {
    const answer = answersOf(content, item.responses).find((one) => one.id === answers[item.id]);
    if (!answer || answer.meaning === "not_applicable") continue;
    total += item.weight;
    earned += item.weight * answer.percent;
  }
  return total ? word("checklist.score", { score: Math.round((earned / total) * 100) / 100 }) : word("checklist.score_none");
}
