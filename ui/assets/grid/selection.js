// The pictures that were picked out. They stay picked while one searches on.

import { cellsOf } from "./cells.js";
import { element, said } from "../shared/elements.js";

export const MOST_COMPARED = 4;

const picked = new Set(); // ids
let last = null; // the one that was picked last, from which shift-click reaches

export function pick(grid, cell, through) {
  const id = Number(cell.dataset.id);
  if (through && last !== null) for (const each of between(grid, cell)) picked.add(each);
  else if (!picked.delete(id)) picked.add(id);
  last = id;
}

export function clear() {
  picked.clear();
  last = null;
}

export function pickedIds() {
  return [...picked];
}

// Marks what is picked, and shows what can be done with it.
export function showPicked(grid, bar, words) {
  for (const cell of cellsOf(grid)) {
    const is = picked.has(Number(cell.dataset.id));
    cell.classList.toggle("picked", is);
    cell.querySelector(".pick").setAttribute("aria-pressed", is);
  }
  grid.classList.toggle("picking", picked.size > 0);
  bar.hidden = picked.size === 0;
  if (!bar.children.length) bar.append(...makeParts());
  bar.setAttribute("aria-label", words.selection);
  const [count, compare, keep, take, none] = bar.children;
  count.textContent = said(words.picked, { n: picked.size });
  name(compare, words.compare, said(words.compareMost, { n: MOST_COMPARED }));
  name(keep, words.keepPicked);
  name(take, words.export);
  name(none, words.clear);
  compare.disabled = picked.size < 2 || picked.size > MOST_COMPARED;
}

function makeParts() {
  const acts = ["compare", "keepPicked", "export", "clear"].map((act) => {
    const button = element("button", "");
    button.dataset.act = act;
    return button;
  });
  const count = element("span", "count");
  count.setAttribute("role", "status");
  return [count, ...acts];
}

function name(button, text, title = "") {
  button.textContent = text;
  button.title = title;
}

function between(grid, cell) {
  const cells = cellsOf(grid);
  const from = cells.findIndex((each) => Number(each.dataset.id) === last);
  const to = cells.indexOf(cell);
  const those = from < 0 ? [cell] : cells.slice(Math.min(from, to), Math.max(from, to) + 1);
  return those.map((each) => Number(each.dataset.id));
}
