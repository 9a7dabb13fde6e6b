// The box for words: a combobox (WAI-ARIA 1.2) whose list completes what is typed.

import { element } from "./elements.js";
import { suggest } from "./suggest.js";

const PICTURE =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 4h16v16H4z M4 16l5-5 4 4 3-3 4 4"/>' +
  '<circle cx="15.5" cy="8.5" r="1.5"/></svg>';

let rows = []; // of the vocabulary
let known = null; // the address that they came from

export function makeBox() {
  const field = element("div", "field");
  const input = element("input", "", { type: "search", autocomplete: "off", spellcheck: false });
  const list = element("ul", "list", { id: "list", hidden: true });
  const pick = element("button", "pick");
  pick.innerHTML = PICTURE;
  list.setAttribute("role", "listbox");
  const roles = {
    role: "combobox", "aria-autocomplete": "list", "aria-controls": "list",
    "aria-expanded": "false", autocapitalize: "off",
  };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
  field.append(input, pick, list);
  const box = { element: field, input, list, pick, shown: [], at: -1, asked: null };
  return {
    element: field,
    show: (data, tell) => show(box, data, tell),
    listen: (signal) => listen(box, signal),
  };
}

// Words that are being typed stay, unless another address is shown.
function show(box, data, tell) {
  const { input, list, pick } = box;
  box.data = data;
  box.tell = tell;
  const address = JSON.stringify(data.address);
  if (address !== box.address || data.value !== box.value) input.value = data.value;
  box.address = address;
  box.value = data.value;
  input.setAttribute("aria-label", data.words.box);
  input.placeholder = data.words.placeholder;
  list.setAttribute("aria-label", data.words.suggestions);
  pick.title = data.words.pick;
  pick.setAttribute("aria-label", data.words.pick);
  pick.onclick = () => document.querySelector(fileInput(data.uploaders.instead))?.click();
  learn(data.vocabulary);
}

export function fileInput(key) {
  return `.st-key-${key} input[type="file"]`;
}

async function learn(address) {
  if (address === known) return;
  known = address;
  const answer = await fetch(new URL(address, document.baseURI));
  rows = answer.ok ? await answer.json() : [];
}

function listen(box, signal) {
  const { input, list } = box;
  input.addEventListener("input", () => open(box), { signal });
  input.addEventListener("click", () => input.value || open(box), { signal });
  input.addEventListener("blur", () => close(box), { signal });
  input.addEventListener("keydown", (event) => onKey(event, box), { signal });
  input.addEventListener("search", () => input.value || ask(box, ""), { signal });
  list.addEventListener("pointerdown", (event) => choose(event, box), { signal });
  document.addEventListener("keydown", (event) => onPageKey(event, input), { signal });
}

function open(box) {
  const recent = recentOf(box.data);
  box.shown = box.input.value.trim()
    ? suggest(box.input.value, rows, recent)
    : recent.slice(0, 5).map((text) => ({ text, kind: "recent" }));
  box.at = -1;
  draw(box);
}

function recentOf({ steps }) {
  return [...new Set(steps.map((step) => step.words).reverse())].filter(Boolean);
}

function close(box) {
  box.shown = [];
  box.at = -1;
  draw(box);
}

function draw(box) {
  const { list, input, shown, at } = box;
  list.replaceChildren(...shown.map((each, place) => option(each, place, box)));
  list.hidden = !shown.length;
  input.setAttribute("aria-expanded", String(!list.hidden));
  if (at < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", `option-${at}`);
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function option({ text, kind, pictures, means }, place, { at, data }) {
  const row = element("li", "option", { id: `option-${place}` });
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", String(place === at));
  row.dataset.place = place;
  const told = [means, data.words[`kind_${kind}`], pictures ? pictures.toLocaleString() : ""];
  row.append(
    element("span", "what", { textContent: text }),
    element("span", "hint", { textContent: told.filter(Boolean).join(" · ") }),
  );
  return row;
}

function onKey(event, box) {
  if (event.isComposing) return; // Enter chooses a sign there
  const { key } = event;
  if (key === "Enter") return take(event, () => enter(box));
  if (key === "Escape" && box.shown.length) return take(event, () => close(box));
  if (key === "Tab" && box.at >= 0) return take(event, () => complete(box, box.at));
  if (!box.shown.length) {
    if (key === "ArrowDown") take(event, () => (event.altKey ? open(box) : toGrid(box.input)));
    return;
  }
  if (key === "ArrowDown") take(event, () => move(box, 1));
  if (key === "ArrowUp") take(event, () => move(box, -1));
}

// The grid takes an arrow key that is pressed on the page itself.
function toGrid(input) {
  input.blur();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
}

function move(box, by) {
  const places = box.shown.length + 1; // the last is none of them: what was typed
  box.at = ((box.at + 1 + by + places) % places) - 1;
  draw(box);
}

function enter(box) {
  if (box.at >= 0) complete(box, box.at);
  else ask(box, box.input.value);
}

// A query of before is asked at once; a word may be followed by others.
function complete(box, place) {
  const { text, kind } = box.shown[place];
  box.input.value = text;
  close(box);
  if (kind === "recent") ask(box, text);
}

function choose(event, box) {
  const row = event.target.closest(".option");
  if (row) take(event, () => complete(box, Number(row.dataset.place)));
}

function ask(box, text) {
  close(box);
  if (text.trim() !== box.data.value) box.tell("ask", text);
}

function onPageKey(event, input) {
  const target = event.composedPath()[0];
  const isTyping = target.matches?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  take(event, () => input.select());
  input.focus();
}

function take(event, act) {
  event.preventDefault();
  event.stopPropagation();
  act();
}
