// The list of surveys: what this phone keeps is shown, and the first cards are laid up so that they open without a connection.
import { keepPages, onOutcome, person, sendSoon } from "./phone.js";
import "./phone_box.js";
import { changeDraft, handIn, onChange, sendingsOf } from "./phone_store.js";

const EARLIER = "sise.surveys"; // where an earlier release kept what waited
const MOST = 10;
const cards = [...document.querySelectorAll(".survey-list a")].slice(0, MOST).map((link) => link.getAttribute("href"));
const isDone = new URLSearchParams(window.location.search).get("state") === "done"; // that list is of what was surveyed
const entryOf = (address) => document.querySelector(`.survey-list a[href="${address}"]`)?.closest("li");

async function adopt() {
  for (const { id, content } of JSON.parse(window.localStorage.getItem(EARLIER) ?? "[]")) {
    const about = `survey:${content.enterprise_id}`;
    await changeDraft(person, about, (draft) => (draft.id = id));
    await handIn(person, about, { kind: "survey", title: "", address: `/surveys/${content.enterprise_id}`, photos: {}, body: content });
  }
  window.localStorage.removeItem(EARLIER);
  sendSoon();
}

// What has arrived since this list was drawn leaves it, whichever page sent it and whenever that is noticed. The list stays
// as it is otherwise: somebody may be about to tap on the next one.
async function leave() {
  const isGone = (one) => one.kind === "survey" && one.state === "arrived" && one.settled_at > performance.timeOrigin;
  const gone = (await sendingsOf(person)).filter(isGone).map((one) => entryOf(one.address)).filter(Boolean);
  if (!gone.length || isDone) return;
  for (const entry of gone) entry.remove();
  if (!document.querySelector(".survey-list li")) return void window.location.reload();
  window.htmx.ajax("GET", window.location.href, { target: ".survey-progress", select: ".survey-progress", swap: "outerHTML" });
}

onOutcome(leave);
onChange(leave);
leave();
if (window.localStorage.getItem(EARLIER)) adopt();
keepPages(["/surveys", ...cards]);
