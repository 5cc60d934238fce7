// Parked events: replay or drop after a question that says what will happen.
import { call } from "./api.js";
import { ask, toast } from "./toast.js";
import { word } from "./words.js";

document.getElementById("parked").addEventListener("click", async (event) => {
  const pressed = event.target.closest("[data-act]");
  if (!pressed) return;
  const act = pressed.dataset.act;
  const row = pressed.closest(".parked");
  const agreed = await ask({
    title: word(`parked.ask_${act}`),
    text: word(`parked.ask_${act}_text`, { type: row.dataset.title }),
    yes: word(`parked.${act}`),
    no: word("ask.cancel"),
    bad: act === "drop",
  });
  if (agreed) await settle(row, act);
});

async function settle(row, act) {
  try {
    await call(`${row.dataset.path}/${act}`, { method: "POST" });
    toast(word(`parked.${act}_done`));
    row.remove();
    if (!document.querySelector(".parked")) window.location.reload();
  } catch (problem) {
    toast(problem.message, { bad: true });
  }
}
