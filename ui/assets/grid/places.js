// Where each answer was left: where its grid was in the window, and which tile had the focus. What
// is above the grid changes its height from answer to answer, and before the tiles do.

import { currentTile, fill } from "./cells.js";

const SCROLLED = '[data-testid="stMain"]';
const CONTENT = '[data-testid="stMainBlockContainer"]';
const ACTS = ["pointerdown", "keydown", "wheel", "popstate"]; // of a person
const SETTLING = 2000; // milliseconds in which what is above the grid may still change its height
const MOST = 200;

const places = new Map();
let shown = null; // the answer that the tiles belong to
let grid = null;
let left = null; // where the grid was when the person did something last: an answer moves it
let settling = new AbortController();

for (const act of ACTS) window.addEventListener(act, onAct, { capture: true, passive: true });

// Another answer starts at its top and first tile, or where it was left when it comes back.
export function show(place, data) {
  grid = place;
  const current = currentTile(grid)?.parentElement.dataset.id;
  if (shown === data.place) return fill(grid, data, current);
  remember(shown, { top: left ?? topOf(grid), id: current });
  shown = data.place;
  left = null;
  const before = places.get(shown);
  fill(grid, data, before?.id);
  settling.abort();
  if (before) bringBack(before.top);
  else document.querySelector(SCROLLED).scrollTop = 0;
}

function onAct() {
  settling.abort();
  if (grid?.isConnected) left = topOf(grid);
}

function bringBack(top) {
  const page = document.querySelector(SCROLLED);
  const put = () => (page.scrollTop += topOf(grid) - top);
  const changes = new ResizeObserver(put);
  settling = new AbortController();
  settling.signal.addEventListener("abort", () => changes.disconnect());
  setTimeout(() => changes.disconnect(), SETTLING);
  changes.observe(document.querySelector(CONTENT));
  put();
}

function topOf(element) {
  return element.getBoundingClientRect().top;
}

function remember(place, where) {
  places.delete(place);
  places.set(place, where);
  if (places.size > MOST) places.delete(places.keys().next().value);
}
