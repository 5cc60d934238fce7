// The list's filter sheet on a phone; the export follows the filters.
const form = document.getElementById("listing");
const button = document.getElementById("show-facets");

button.addEventListener("click", () => {
  const isOpen = form.classList.toggle("show-facets");
  button.setAttribute("aria-expanded", String(isOpen));
});

document.addEventListener("htmx:afterSettle", () => {
  const link = document.getElementById("export");
  const listed = document.getElementById("listed");
  if (link && listed) link.href = listed.dataset.export;
});
