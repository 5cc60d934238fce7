// Gives `heed` the files that are chosen in `field`, also those that were chosen before the scripts were there.
export function onChosen(field, heed) {
  const tell = () => field.files.length && heed(field.files);
  field.addEventListener("change", tell);
  queueMicrotask(tell); // when the script that asks for it has been read to its end
}
