// Short notes at the corner of the page; a screen reader hears them, too.
const holder = document.getElementById("toasts");

export function toast(text, { bad = false } = {}) {
  const note = document.createElement("div");
  note.className = bad ? "toast-note is-bad" : "toast-note";
  note.textContent = text;
  holder.append(note);
  setTimeout(() => note.remove(), bad ? 8000 : 4000);
}

// Asks a question in a dialog; `reason` is the label of a field that must be filled in. Resolves with false or the reason.
export function ask({ title, text, yes, no, bad = false, reason = "" }) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  const field = reason ? reasonField(reason) : null;
  dialog.className = "ask";
  dialog.setAttribute("aria-label", title);
  form.method = "dialog";
  form.append(part("h2", title), part("p", text), ...(field ? [field] : []), buttons(dialog, { yes, no, bad }));
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes" && (field?.querySelector("input").value.trim() ?? true));
      dialog.remove();
    });
  });
}

function reasonField(label) {
  const field = part("label", label);
  const input = document.createElement("input");
  Object.assign(input, { className: "input", required: true, minLength: 3, maxLength: 200, name: "reason" });
  field.className = "field";
  field.append(input);
  return field;
}

function buttons(dialog, { yes, no, bad }) {
  const row = part("div", "");
  const refuse = button(no, "button", "button");
  const agree = button(yes, "submit", bad ? "button button-bad" : "button button-main");
  row.className = "ask-actions";
  refuse.addEventListener("click", () => dialog.close("no"));
  agree.value = "yes";
  row.append(refuse, agree);
  return row;
}

function button(text, type, className) {
  return Object.assign(part("button", text), { type, className });
}

function part(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
