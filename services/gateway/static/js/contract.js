// A contract may name only services that its intermediary is registered for: the others cannot be picked.
const choice = document.getElementById("intermediary");
const boxes = [...document.querySelectorAll("#services input")];
const note = document.getElementById("services-note");

function follow() {
  const registered = (choice.selectedOptions[0]?.dataset.services ?? "").split(" ");
  for (const box of boxes) {
    box.disabled = choice.value !== "" && !registered.includes(box.value);
    if (box.disabled) box.checked = false;
  }
  note.hidden = !boxes.some((box) => box.disabled);
}

choice?.addEventListener("change", follow);
if (choice) follow();
