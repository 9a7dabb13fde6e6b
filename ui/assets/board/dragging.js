// Cards are put in order by dragging one onto the place of another.

import { cardsOf } from "./cards.js";

// Calls `moved` with a card and the place, from 0, that it was dropped on.
export function onDrag(list, moved, signal) {
  let dragged = null;
  const mark = (target) => {
    for (const card of cardsOf(list)) card.classList.toggle("target", card === target);
  };
  const on = (name, react) => list.addEventListener(name, react, { signal });
  on("dragstart", (event) => {
    if (event.target.matches?.(".note")) return;
    dragged = event.target.closest?.(".card") ?? null;
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });
  on("dragover", (event) => {
    const target = event.target.closest(".card");
    if (!dragged || !target) return;
    event.preventDefault();
    mark(target === dragged ? null : target);
  });
  on("drop", (event) => {
    const target = event.target.closest(".card");
    if (!dragged || !target) return;
    event.preventDefault();
    moved(dragged, cardsOf(list).indexOf(target));
  });
  on("dragend", () => {
    dragged = null;
    mark(null);
  });
}
