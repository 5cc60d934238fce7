// A form that is filled in on site: what the phone kept of it is set again, and its page goes on once all of it has arrived.
import { person } from "./phone.js";
import { isNewerThanPage } from "./phone_box.js";
import { onChange, sendingsOf } from "./phone_store.js";

const touched = new WeakMap(); // how many readings had begun when somebody last changed a field
const early = new WeakSet(); // what was changed before this script could see it
let readings = 0;

export const isTicked = (field) => ["radio", "checkbox"].includes(field.type);
export const valueOf = (field) => (isTicked(field) ? field.checked : field.value);
const together = (field) => (field.type === "radio" ? [...document.getElementsByName(field.name)] : [field]);

function isAsDrawn(field) {
  if (isTicked(field)) return field.checked === field.defaultChecked;
  const first = field.options && ([...field.options].find((one) => one.defaultSelected) ?? field.options[0]);
  return field.value === (first ? first.value : field.defaultValue);
}

function touch({ target }) {
  for (const field of together(target)) {
    touched.set(field, readings);
    early.delete(field);
  }
}

for (const kind of ["input", "change"]) document.addEventListener(kind, touch, true);
for (const field of document.querySelectorAll("input:not([type=file]), select, textarea")) {
  if (!isAsDrawn(field)) together(field).forEach((one) => early.add(one));
}

// Returns what sets a field to what is read from now on: reading takes its time, and what is touched meanwhile stays.
export function setting() {
  readings += 1;
  const begun = readings;
  return (field, found) => {
    if (early.delete(field) || touched.get(field) >= begun || valueOf(field) === found) return;
    field[isTicked(field) ? "checked" : "value"] = found;
  };
}

// Shows the page at `address` once all that `isOurs` names has arrived, something of it since this page was drawn; every
// other change calls `onOther`.
export function goOn(address, isOurs, onOther = () => {}) {
  onChange(async () => {
    const all = (await sendingsOf(person)).filter(isOurs);
    const hasArrived = all.some((one) => one.state === "arrived" && isNewerThanPage(one));
    if (hasArrived && all.every((one) => one.settled_at)) window.location.assign(address);
    else onOther();
  });
}
