// A page that shows what others publish: its part is drawn anew when that happens, unless somebody is writing in it.
import { listen, soon } from "./live.js";

const part = document.querySelector("[data-follows]");
let isTouched = false;
part.addEventListener("input", () => { isTouched = true; });

const redraw = soon(async () => {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || isTouched) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  part.replaceChildren(...page.querySelector("[data-follows]").childNodes);
});

listen({
  onState: () => {},
  onEvent: (event) => {
    if (event.kind === part.dataset.follows || event.kind === "reset") redraw();
  },
});
