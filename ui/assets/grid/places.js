// Where each answer was left: where its grid was in the window, and which tile had the focus. What
// is above the grid changes its height from answer to answer, and before the tiles do.

import { currentTile, fill } from "./cells.js";

const SCROLLED = '[data-testid="stMain"]';
const MOST = 200;

const places = new Map();
let shown = null; // the answer that the tiles belong to

// Another answer starts at its top and first tile, or where it was left when it comes back.
export function show(grid, data) {
  const page = document.querySelector(SCROLLED);
  const current = currentTile(grid)?.parentElement.dataset.id;
  if (shown === data.place) return fill(grid, data, current);
  remember(shown, { top: topOf(grid), id: current });
  shown = data.place;
  const left = places.get(shown);
  fill(grid, data, left?.id);
  page.scrollTop = left ? page.scrollTop + topOf(grid) - left.top : 0;
}

function topOf(grid) {
  return grid.getBoundingClientRect().top;
}

function remember(place, left) {
  places.delete(place);
  places.set(place, left);
  if (places.size > MOST) places.delete(places.keys().next().value);
}
