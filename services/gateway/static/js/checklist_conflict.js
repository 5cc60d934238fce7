// Somebody else has saved meanwhile: both writings side by side, part by part, and a choice between them.
import { differences } from "./checklist_model.js";
import { button } from "./checklist_parts.js";
import { make } from "./elements.js";
import { tag, word } from "./words.js";

// Resolves with "mine" (save over theirs), "theirs" (leave mine) or "" (go on writing first).
export function settle(mine, theirs, { changed_at: at }) {
  const dialog = document.getElementById("conflict");
  const when = new Date(at).toLocaleString(tag, { timeZone: "Asia/Shanghai" });
  const rows = differences(mine, theirs).map((one) => make("tr", {},
    make("th", { scope: "row", className: "mono small", textContent: one.key }),
    make("td", { textContent: said(one.mine) }),
    make("td", { textContent: said(one.theirs) })));
  const head = make("tr", {}, ...["checklist.part", "checklist.mine", "checklist.theirs"].map((key) => make("th", { scope: "col", textContent: word(key) })));
  const table = make("table", { className: "sheet" }, make("thead", {}, head), make("tbody", {}, ...rows));
  return new Promise((resolve) => {
    const end = (decision) => () => {
      dialog.close();
      resolve(decision);
    };
    dialog.addEventListener("cancel", () => resolve(""), { once: true });
    dialog.replaceChildren(
      make("h2", { textContent: word("checklist.conflict") }),
      make("p", { textContent: word("checklist.conflict_text", { when }) }),
      make("div", { className: "sheet-wrap conflict-table" }, rows.length ? table : make("p", { textContent: word("checklist.no_changes") })),
      make("div", { className: "ask-actions" },
        button(word("ask.cancel"), end("")),
        button(word("checklist.take_theirs"), end("theirs"), { className: "button button-bad" }),
        button(word("checklist.keep_mine"), end("mine"), { className: "button button-main" })));
    dialog.showModal();
  });
}

function said(part) {
  if (!part) return "–";
  if (part.responses && Array.isArray(part.responses) && typeof part.responses[0] === "object") return part.responses.map((one) => `${one.zh} (${one.percent})`).join(" / ");
  const asks = part.shown_if ? `${part.shown_if.item} = ${part.shown_if.responses.join(" | ")}` : "";
  return [part.zh, part.en, part.clause, part.responses, part.weight, part.major, asks, part.order, part.source].filter((text) => text || text === 0).join(" · ");
}
