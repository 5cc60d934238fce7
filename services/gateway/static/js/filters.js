// What is filtered by: sets of values per dimension, read from and written to the address.
const DIMENSIONS = ["level", "division", "section", "provisional"];

export class Filters {
  constructor(search = "") {
    const parameters = new URLSearchParams(search);
    this.sets = Object.fromEntries(DIMENSIONS.map((name) => [name, new Set(parameters.getAll(name).flatMap((text) => text.split(",")).filter(Boolean))]));
  }

  values(name) {
    return this.sets[name];
  }

  has(name, value) {
    return this.sets[name].has(String(value));
  }

  toggle(name, value) {
    if (!this.sets[name].delete(value)) this.sets[name].add(value);
  }

  active() {
    return DIMENSIONS.filter((name) => this.sets[name].size > 0);
  }

  without(name) {
    const copy = new Filters(`?${this.query()}`);
    copy.sets[name].clear();
    return copy;
  }

  with(name, value) {
    const copy = this.without(name);
    copy.sets[name].add(String(value));
    return copy;
  }

  query() {
    const parameters = new URLSearchParams();
    for (const name of this.active()) parameters.set(name, [...this.sets[name]].sort().join(","));
    return parameters.toString().replaceAll("%2C", ",");
  }

  address(path) {
    const query = this.query();
    return query ? `${path}?${query}` : path;
  }
}
