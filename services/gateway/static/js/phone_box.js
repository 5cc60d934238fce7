// Shows what this phone still keeps: saved here, being sent, arrived, or in need of somebody.
import { keptAt, onOutcome, outcome, person, sendSoon } from "./phone.js";
import { changeSending, discard, draftsOf, onChange, photosIn, sendingsOf, takeBack } from "./phone_store.js";
import { ask } from "./toast.js";
import { clock, hasWord, tag, word } from "./words.js";

const box = document.getElementById("phone-box");
const only = box?.dataset.about ?? "";
const part = (name) => box.querySelector(`[data-phone="${name}"]`);
const moment = (time) => new Date(time).toLocaleString(tag, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
const LOOKS = { draft: "", waiting: "label-warn", refused: "label-bad", arrived: "label-good", kept: "label-warn" };

function stateOf(one) {
  const all = photosIn(one).length;
  if (one.state === "waiting" && outcome() === "sending" && navigator.onLine) return word("offline.sending", { count: one.sent, all });
  return word(`offline.state_${one.state}`);
}

function remarkOf(one) {
  if (one.state === "draft") return word("offline.changed", { time: moment(one.changed_at) });
  if (one.state === "arrived") return word("offline.arrived_at", { time: clock(one.settled_at) });
  if (one.state === "kept") return word(`offline.why_${one.reason}`);
  if (one.state === "refused") return problemOf(one.problem);
  return word("offline.made", { time: moment(one.made_at), photos: photosIn(one).length });
}

export function problemOf({ code, detail }) {
  const known = [`reason.${code}`, `problem.${code}`].find(hasWord);
  return known ? word(known) : detail || word("toast.failed");
}

function row(one) {
  const made = document.getElementById("phone-row").content.cloneNode(true).firstElementChild;
  const piece = (name) => made.querySelector(`[data-part="${name}"]`);
  made.dataset.state = one.state;
  piece("title").textContent = one.title ?? "";
  piece("state").textContent = stateOf(one);
  if (LOOKS[one.state]) piece("state").classList.add(LOOKS[one.state]);
  piece("remark").textContent = remarkOf(one);
  Object.assign(piece("progress"), { max: photosIn(one).length + 1, value: one.sent ?? 0, hidden: one.state !== "waiting" });
  Object.assign(piece("open"), { href: one.address ?? "#", hidden: Boolean(only) || one.state === "refused" });
  for (const name of ["mend", "retry", "discard"]) piece(name).hidden = one.state !== "refused" || (name === "mend" && !one.draft);
  piece("retry").addEventListener("click", () => retry(one));
  piece("mend").addEventListener("click", () => mend(one));
  piece("discard").addEventListener("click", () => discardAfterAsking(one));
  return made;
}

async function mend(one) {
  await takeBack(one);
  window.location.assign(one.address);
}

async function retry(one) {
  await changeSending(one.id, { state: "waiting", problem: null });
  await sendSoon();
}

async function discardAfterAsking(one) {
  const facts = { title: one.title, photos: photosIn(one).length };
  const isSure = await ask({ title: word("offline.discard"), text: word("offline.discard_text", facts), yes: word("offline.discard"), no: word("offline.keep"), bad: true });
  if (!isSure) return;
  await discard(one);
  await sendSoon(); // what had to wait for it
}

// While something of this page waits, or has arrived since it was drawn, its form is not to be filled in again.
export function isNewerThanPage(one) {
  return !one.settled_at || one.settled_at > (keptAt ? Date.parse(keptAt) : performance.timeOrigin);
}

// The page itself shows what has arrived before it was drawn.
const isOfUse = (one) => one.state !== "arrived" || isNewerThanPage(one);

function trouble(waiting) {
  if (waiting && outcome() === "signed_out") return word("offline.signed_out");
  if (waiting && (outcome() === "later" || !navigator.onLine)) return word("offline.no_connection");
  return keptAt ? word("offline.kept_page", { time: moment(keptAt) }) : "";
}

// A visit consists of steps that are kept one by one.
const isAbout = (one) => one.about === only || one.about.startsWith(`${only}:`);

export async function draw() {
  const drafts = (await draftsOf(person)).map((one) => ({ ...one, state: "draft" }));
  const sendings = await sendingsOf(person);
  const all = [...sendings, ...(only ? [] : drafts)].filter((one) => !only || (isAbout(one) && isOfUse(one)));
  const waiting = all.filter((one) => one.state === "waiting").length;
  const text = trouble(waiting);
  box.querySelector("ul").replaceChildren(...all.map(row));
  part("send").hidden = !waiting;
  part("sign-in").hidden = !(waiting && outcome() === "signed_out");
  Object.assign(part("trouble"), { hidden: !text });
  part("trouble").querySelector("span").textContent = text;
  box.hidden = !all.length && !text;
  document.body.classList.toggle("is-kept-here", only !== "" && all.some(isNewerThanPage));
}

if (box && person) {
  part("send").addEventListener("click", sendSoon);
  onChange(draw);
  onOutcome(draw);
  window.addEventListener("online", draw);
  window.addEventListener("offline", draw);
  draw();
}
