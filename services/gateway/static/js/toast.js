// Short notes at the corner of the page; a screen reader hears them, too.
const holder = document.getElementById("toasts");

export function toast(text, { bad = false } = {}) {
  const note = document.createElement("div");
  note.className = bad ? "toast-note is-bad" : "toast-note";
  note.textContent = text;
  holder.append(note);
  setTimeout(() => note.remove(), bad ? 8000 : 4000);
}

export function ask({ title, text, yes, no, bad = false }) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  const parts = [part("h2", title), part("p", text), buttons(dialog, { yes, no, bad })];
  dialog.append(...parts);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}

function buttons(dialog, { yes, no, bad }) {
  const row = part("div", "");
  row.className = "ask-actions";
  row.append(button(dialog, no, "no", "button"), button(dialog, yes, "yes", bad ? "button button-bad" : "button button-main"));
  return row;
}

function button(dialog, text, answer, className) {
  const element = part("button", text);
  element.type = "button";
  element.className = className;
  element.addEventListener("click", () => dialog.close(answer));
  return element;
}

function part(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
