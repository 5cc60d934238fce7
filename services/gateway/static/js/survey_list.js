// The list of surveys: what this phone keeps is shown, and the first cards are laid up so that they open without a connection.
import { keepPages, onOutcome, outcome, person, sendSoon } from "./phone.js";
import "./phone_box.js";
import { changeDraft, handIn, waitingOf } from "./phone_store.js";

const EARLIER = "sise.surveys"; // where an earlier release kept what waited
const MOST = 10;
const cards = [...document.querySelectorAll(".survey-list a")].slice(0, MOST).map((link) => link.getAttribute("href"));

async function adopt() {
  for (const { id, content } of JSON.parse(window.localStorage.getItem(EARLIER) ?? "[]")) {
    const about = `survey:${content.enterprise_id}`;
    await changeDraft(person, about, (draft) => (draft.id = id));
    await handIn(person, about, { kind: "survey", title: "", address: `/surveys/${content.enterprise_id}`, photos: {}, body: content });
  }
  window.localStorage.removeItem(EARLIER);
  sendSoon();
}

// What arrives leaves the list.
async function watch() {
  const before = (await waitingOf(person)).filter((one) => one.kind === "survey").length;
  onOutcome(() => before && outcome() === "done" && window.location.reload());
}

watch();
if (window.localStorage.getItem(EARLIER)) adopt();
keepPages(["/surveys", ...cards]);
