// Work that goes on now, on the cockpit: a layer of the map that can be switched off, and its figures beside the map.
import { call } from "./api.js";
import { soon } from "./live.js";
import { toast } from "./toast.js";
import { WorkLayer } from "./work_layer.js";
import { number } from "./words.js";

const REMEMBERED = "sise.works";
const OFF = "off";
const SHOWN = ["active", "suspended", "approved"];
const HEARD = ["work_changed", "commitment_changed"];

export class Works {
  constructor(map, { icons, sprite, rows }, { filters, subdistricts }) {
    Object.assign(this, { map, rows, filters, subdistricts, hasAll: false });
    this.button = document.getElementById("works");
    this.isShown = window.localStorage.getItem(REMEMBERED) !== OFF;
    this.layer = map.ready.then(() => new WorkLayer(map.libre, { icons, sprite, duration: map.duration }));
    this.button.addEventListener("click", () => this.switch(!this.isShown));
    this.switch(this.isShown);
    this.load = soon(() => this.ask().catch((problem) => toast(problem.message, { bad: true })), 1000);
  }

  async switch(isShown) {
    this.isShown = isShown;
    window.localStorage.setItem(REMEMBERED, isShown ? "on" : OFF);
    this.button.setAttribute("aria-pressed", String(isShown));
    (await this.layer).switch(isShown);
  }

  async ask() {
    const query = this.filters.query();
    const { body } = await call(`/api/v1/map/work${query ? `?${query}` : ""}`);
    this.hasAll = body.left_off === 0 && !query;
    this.draw(body.counts, body.commitments);
    (await this.layer).show(body.items);
  }

  // Returns whether the event was about works; one that is told whole is shown without asking again.
  hear(event) {
    if (!HEARD.includes(event.kind)) return false;
    if (this.hasAll && event.work) this.take(event.work);
    else this.load();
    return true;
  }

  async take(work) {
    const layer = await this.layer;
    layer.change(this.placed(work), SHOWN.includes(work.state));
    const counts = Object.fromEntries(SHOWN.map((state) => [state, 0]));
    for (const one of layer.items.values()) counts[one.state] += 1;
    this.draw(counts);
  }

  placed(one) {
    const area = one.longitude == null && this.subdistricts().find((row) => row.division === one.subdistrict);
    return area ? { ...one, longitude: area.longitude, latitude: area.latitude, precision: "subdistrict" } : one;
  }

  draw(counts, commitments) {
    const query = this.filters.query();
    for (const [state, count] of Object.entries(counts)) {
      const link = document.querySelector(`[data-work="${state}"]`);
      link.textContent = number(count);
      link.href = `${this.rows}?state=${state}${query ? `&${query}` : ""}`;
      link.closest(".facet").classList.toggle("is-none", !count);
    }
    for (const [mark, count] of Object.entries(commitments ?? {})) {
      const figure = document.querySelector(`[data-commitment="${mark}"]`);
      if (figure) figure.textContent = number(count);
    }
  }
}
