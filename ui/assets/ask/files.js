// Files that are pasted anywhere on the page or dropped onto it.
// They go to the uploaders that Streamlit has on the page, and so to this session alone.

import { fileInput } from "./box.js";
import { element, fill } from "./elements.js";

let latest = null; // the page as it is now

export function listenForFiles(place) {
  const { drop, data, signal } = place;
  latest = place;
  const options = { signal };
  drop.replaceChildren(...zones(place));
  document.addEventListener("paste", (event) => onPaste(event, place), options);
  document.addEventListener("dragenter", (event) => onDrag(event, drop), options);
  document.addEventListener("dragover", (event) => onDrag(event, drop), options);
  document.addEventListener("drop", (event) => onDrop(event, place), options);
  document.addEventListener("dragleave", (event) => leave(event, drop), options);
  for (const key of Object.values(data.uploaders)) {
    watch(document.querySelector(fileInput(key)), place);
  }
}

// A file that was chosen in the dialog of the browser takes the same way; it is read as well.
function watch(input, { note, data, signal }) {
  input?.addEventListener("change", () => (note.textContent = data.words.reading), { signal });
}

// One place to drop on, or two where something is asked already: what they do with the files.
function zones({ data }) {
  const { words, value, chips } = data;
  const made = [zone("instead", words.drop_instead, words.drop_note)];
  if (value || chips.length) made.push(zone("beside", words.drop_beside, ""));
  return made;
}

function zone(name, title, note) {
  const made = element("div", "zone");
  made.dataset.name = name;
  made.append(
    element("strong", "", { textContent: title }),
    element("span", "", { textContent: note }),
  );
  return made;
}

function onPaste(event, place) {
  const files = event.clipboardData?.files ?? [];
  if (!files.length) return;
  event.preventDefault();
  give(files, "instead", place);
}

function onDrag(event, drop) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  drop.hidden = false;
  const over = zoneOf(event);
  for (const each of drop.children) each.classList.toggle("over", each === over);
}

function leave(event, drop) {
  if (event.relatedTarget === null) drop.hidden = true; // it has left the window
}

function onDrop(event, place) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  const over = zoneOf(event)?.dataset.name ?? "instead";
  place.drop.hidden = true;
  if (hasFolder(event)) place.note.textContent = place.data.words.is_folder;
  else give(event.dataTransfer.files, over, place);
}

function holdsFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

function hasFolder(event) {
  const items = [...event.dataTransfer.items];
  return items.some((item) => item.webkitGetAsEntry?.()?.isDirectory);
}

function zoneOf(event) {
  const hit = event.composedPath().find((each) => each.classList?.contains("zone"));
  return hit ?? null;
}

async function give(files, name, { data, note }) {
  const refused = refusal([...files], data);
  if (refused) {
    note.textContent = refused;
    return;
  }
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  const input = await uploader(name);
  if (!input) return; // the page was left
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// Streamlit draws its uploaders a moment after this part, and others after each file.
async function uploader(name) {
  for (;;) {
    const input = document.querySelector(fileInput(latest.data.uploaders[name]));
    if (input || latest.signal.aborted) return input;
    await new Promise(requestAnimationFrame);
  }
}

function refusal(files, { words, most_files: most, most_bytes: bytes }) {
  if (files.length > most) return fill(words.too_many, { n: files.length, most });
  const isLarge = files.some((file) => file.size > bytes);
  return isLarge ? fill(words.too_large, { most: bytes / 2 ** 20 }) : "";
}
