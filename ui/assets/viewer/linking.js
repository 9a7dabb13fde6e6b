// Panes that move together: what a person changes in one, the others take over.

import { ownWindow } from "./window.js";

const ABSOLUTE = new Set(["CT"]); // modalities whose values mean the same in every picture

// The window of `from` for `to`: by its values where they mean the same, else in proportion.
export function windowFor(from, to) {
  if (from.window === null || !to.frame?.grey || !from.frame?.grey) return null;
  const [mine, theirs] = [from, to].map((pane) => pane.details?.modality);
  if (mine === theirs && ABSOLUTE.has(mine)) return from.window;
  const [own, other] = [ownWindow(from.frame), ownWindow(to.frame)];
  const [share, grown] = [(from.window.center - own.center) / own.width, from.window.width / own.width];
  return {
    center: other.center + share * other.width, width: Math.max(other.width * grown, 1),
    function: other.function,
  };
}

// The place of `to` that is as far from its own hit as `from` is from its: in mm, else in images.
export function placeFor(from, to) {
  const [mine, theirs] = [from, to].map((pane) => pane.details.stack);
  const here = mine.along[from.at];
  const start = mine.along[mine.own];
  const goal = theirs.along[theirs.own];
  if ([here, start, goal].includes(null)) return theirs.own + from.at - mine.own;
  return nearest(theirs.along, goal + here - start);
}

function nearest(along, wanted) {
  let best = 0;
  along.forEach((each, at) => {
    if (each !== null && Math.abs(each - wanted) < Math.abs((along[best] ?? Infinity) - wanted)) best = at;
  });
  return best;
}
