// The list: surveys that were filled in without a connection are sent as soon as there is one.
import { sendAll, waiting } from "./survey_queue.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const note = document.getElementById("waiting");

function show() {
  const count = waiting().length;
  note.hidden = count === 0;
  note.querySelector("span").textContent = word("survey.waiting", { count });
}

async function flush() {
  const sent = await sendAll((problem) => toast(problem.message, { bad: true }));
  show();
  if (sent > 0) window.location.reload();
}

window.addEventListener("online", flush);
show();
flush();
