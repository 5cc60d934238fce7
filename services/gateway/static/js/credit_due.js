// What is due in the credit record, beside the map: figures that open their rows, kept fresh by events.
import { call } from "./api.js";
import { soon } from "./live.js";
import { toast } from "./toast.js";
import { number } from "./words.js";

export class Due {
  constructor(section, filters) {
    Object.assign(this, { section, filters });
    this.load = soon(() => this.ask().catch((problem) => toast(problem.message, { bad: true })), 1000);
  }

  async ask() {
    const chosen = [...this.filters.values("division")];
    const codes = chosen.filter((code) => /^\d+$/.test(code));
    const area = codes.sort().join(",");
    const hasOthers = codes.length < chosen.length || this.filters.active().some((name) => name !== "division");
    document.getElementById("credit-scope").hidden = !hasOthers;
    const { body } = await call(`/api/v1/credit/limits/figures${area ? `?division=${area}` : ""}`);
    for (const link of this.section.querySelectorAll("[data-due]")) this.draw(link, body[link.dataset.due], area);
  }

  draw(link, count, area) {
    link.textContent = number(count);
    link.classList.toggle("is-bad", link.dataset.due === "missed" && count > 0);
    const address = new URL(link.href);
    if (area) address.searchParams.set("division", area);
    else address.searchParams.delete("division");
    link.href = `${address.pathname}${address.search}`.replaceAll("%2C", ",");
  }

  // Returns whether the event was about what is due.
  hear(event) {
    if (event.kind !== "credit_changed") return false;
    this.load();
    return true;
  }
}
