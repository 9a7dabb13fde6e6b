// Moving through the grid, and acting on a tile, by keyboard.

import { cellsOf, currentTile } from "./cells.js";

const SEARCH_BOX = 'input[type="search"]';
const SCROLLED = '[data-testid="stMain"]';
const ACTS = {
  s: "similar", i: "open", Enter: "open", x: "pick", b: "keep",
  "+": "liked", "=": "liked", "-": "disliked",
};
const TURNS = { "[": -1, "]": 1 };

export function onTileKey(event, grid, act) {
  const tile = event.target.closest(".tile");
  if (!tile || hasModifier(event)) return;
  const cell = tile.parentElement;
  const name = ACTS[event.key];
  const next = name ? null : MOVES[event.key]?.(cellsOf(grid), cell);
  if (!name && !next) return;
  event.preventDefault();
  event.stopPropagation();
  if (name) act(name, cell, event);
  else next.firstElementChild.focus();
}

// "/" goes to the words; arrow keys go to the grid from there, and from a page without focus.
export function onPageKey(event, grid, turn) {
  if (hasModifier(event)) return;
  const target = event.composedPath()[0];
  const isTyping = target.matches?.("input, textarea, select, [contenteditable], dialog *");
  if (!isTyping && TURNS[event.key]) return turn(TURNS[event.key]);
  const box = document.querySelector(SEARCH_BOX);
  if (event.key === "/" && !isTyping) return take(event, box, (found) => found.select());
  const arrow = event.key.startsWith("Arrow") && target === document.body;
  if (arrow || (event.key === "ArrowDown" && target === box)) take(event, currentTile(grid));
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

function take(event, element, then = () => {}) {
  if (!element) return;
  event.preventDefault();
  element.focus();
  then(element);
}

const MOVES = {
  ArrowLeft: (cells, cell) => cells[Math.max(0, cells.indexOf(cell) - 1)],
  ArrowRight: (cells, cell) => cells[Math.min(cells.length - 1, cells.indexOf(cell) + 1)],
  ArrowUp: (cells, cell) => above(cells, cell, cell.offsetTop - 1),
  ArrowDown: (cells, cell) => below(cells, cell, cell.offsetTop + 1),
  PageUp: (cells, cell) => above(cells, cell, cell.offsetTop - screen()),
  PageDown: (cells, cell) => below(cells, cell, cell.offsetTop + screen()),
  Home: (cells) => cells[0],
  End: (cells) => cells[cells.length - 1],
};

function screen() {
  return 0.8 * document.querySelector(SCROLLED).clientHeight;
}

// The tile under or over this one in the row at a height, else in the last or first row.
function below(cells, cell, height) {
  const tops = cells.map((each) => each.offsetTop);
  return nearest(cells, cell, Math.min(...tops.filter((top) => top >= height), Math.max(...tops)));
}

function above(cells, cell, height) {
  const tops = cells.map((each) => each.offsetTop);
  return nearest(cells, cell, Math.max(...tops.filter((top) => top <= height), Math.min(...tops)));
}

function nearest(cells, cell, top) {
  const row = cells.filter((each) => each.offsetTop === top);
  const gap = (each) => Math.abs(each.offsetLeft - cell.offsetLeft);
  return row.reduce((best, each) => (gap(each) < gap(best) ? each : best));
}
