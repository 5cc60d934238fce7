// Parked events: replay or drop after a question that says what will happen.
import { call } from "./api.js";
import { ask, toast } from "./toast.js";
import { word } from "./words.js";

document.addEventListener("click", async (event) => {
  const pressed = event.target.closest(".parked [data-act]");
  if (!pressed) return;
  const act = pressed.dataset.act;
  const row = pressed.closest(".parked");
  const agreed = await ask({
    title: word(`parked.ask_${act}`),
    text: word(`parked.ask_${act}_text`, { type: row.dataset.title || word("parked.unreadable") }),
    yes: word(`parked.${act}`),
    no: word("ask.cancel"),
    bad: act === "drop",
  });
  if (agreed) await settle(row, act);
});

async function settle(row, act) {
  for (const button of row.querySelectorAll("button")) button.disabled = true;
  try {
    const { body } = await call(`${row.dataset.path}/${act}`, { method: "POST" });
    toast(word(body.done ? `parked.${act}_done` : "parked.replay_failed"), { bad: !body.done });
  } catch (problem) {
    toast(problem.message, { bad: true });
  }
  await window.htmx.ajax("GET", window.location.href, { target: "#parked", select: "#parked", swap: "outerHTML" });
  document.getElementById("parked").focus();
}
