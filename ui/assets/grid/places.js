// Where each answer was left: how far it was scrolled and which tile had the focus.

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
  remember(shown, { top: page.scrollTop, id: current });
  shown = data.place;
  const { top, id } = places.get(shown) ?? { top: 0 };
  fill(grid, data, id);
  page.scrollTop = top;
}

function remember(place, left) {
  places.delete(place);
  places.set(place, left);
  if (places.size > MOST) places.delete(places.keys().next().value);
}
