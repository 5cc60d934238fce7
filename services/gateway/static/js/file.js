// The file: tabs by keyboard, answers saved at once, and the page kept true when somebody else changes a fact.
import { call } from "./api.js";
import { listen, soon } from "./live.js";
import { ask, toast } from "./toast.js";
import { word } from "./words.js";

const root = document.getElementById("file");
const enterprise = root.dataset.enterprise;
const facts = `/api/v1/risk/facts/${enterprise}`;
const tabs = [...root.querySelectorAll('[role="tab"]')];

function open(tab, { focus = false } = {}) {
  for (const one of tabs) {
    const isOpen = one === tab;
    one.setAttribute("aria-selected", String(isOpen));
    one.tabIndex = isOpen ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = !isOpen;
  }
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  window.history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
  if (focus) tab.focus();
}

for (const [at, tab] of tabs.entries()) {
  tab.addEventListener("click", () => open(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) open(tabs[(at + step + tabs.length) % tabs.length], { focus: true });
  });
}
const wanted = tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === window.location.hash);
if (wanted) open(wanted);

const panel = document.getElementById("risk");
panel.addEventListener("change", (event) => {
  if (event.target.type === "radio") save(event.target.form, event.target.value);
});
panel.addEventListener("submit", (event) => {
  event.preventDefault();
  const value = event.submitter?.value || new FormData(event.target).get("value");
  if (value !== "") save(event.target, value);
});

async function save(form, answer) {
  const why = panel.querySelector(".why");
  why.classList.add("is-saving");
  const value = form.dataset.kind === "count" && answer !== "unknown" ? Number(answer) : answer;
  try {
    const { body, etag } = await call(facts);
    const declared = { ...body.facts, [form.dataset.fact]: { value, origin: "confirmed" } };
    if (answer === "unknown") delete declared[form.dataset.fact];
    await call(facts, { method: "PUT", headers: { "If-Match": etag }, body: { facts: declared } });
    toast(word("toast.saved"));
  } catch (problem) {
    toast(problem.status === 412 ? word("toast.changed_elsewhere") : problem.message, { bad: true });
  }
  await redraw();
}

async function redraw() {
  await window.htmx.ajax("GET", `${window.location.pathname}/risk`, { target: "#risk", swap: "innerHTML" });
  panel.querySelector(".why")?.classList.add("is-changed");
  drawCharts();
}

// The chart library is large, so it is fetched only by a file that has something to draw.
async function drawCharts() {
  const holders = [...panel.querySelectorAll(".trend")];
  if (!holders.length) return;
  const { drawTrend } = await import("./trend.js");
  holders.forEach(drawTrend);
}
drawCharts();

const show = document.getElementById("show-contacts");
show?.addEventListener("click", async () => {
  const reason = await ask({
    title: word("contacts.ask"),
    text: word("contacts.ask_text"),
    reason: word("contacts.reason"),
    yes: word("contacts.show"),
    no: word("ask.cancel"),
  });
  if (!reason) return;
  try {
    const { body } = await call(`/api/v1/registry/enterprises/${enterprise}/unmask`, { method: "POST", body: { reason } });
    for (const [name, text] of Object.entries(body)) document.getElementById(name).textContent = text || "–";
    show.remove();
  } catch (problem) {
    toast(problem.message, { bad: true });
  }
});

const redrawSoon = soon(redraw, 150);
// People of an enterprise do not look at the map, whose events these are; their page is true when it is opened.
if ("live" in root.dataset) {
  listen({
    onState: () => {},
    onEvent: (event) => {
      if (event.enterprise_id === enterprise) redrawSoon();
    },
  });
}
