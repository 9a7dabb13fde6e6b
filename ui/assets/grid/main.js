// The pictures of an answer: draws the tiles, and reports what is done with them.

import { chooseBoard } from "../shared/boards.js";
import { currentTile, makeCurrent, cellsOf, tileOf } from "./cells.js";
import { onPageKey, onTileKey } from "./keys.js";
import { show } from "./places.js";
import { clear, pick, pickedIds, showPicked } from "./selection.js";
import { canTurn, showTurns } from "./turns.js";

const DRAWER = { open: "radseek:open", closed: "radseek:closed", compare: "radseek:compare" };

let listening = new AbortController();

// Called for each new answer, with the same element as before.
export default function (component) {
  const { data, parentElement: root, setTriggerValue: tell } = component;
  const parts = Object.fromEntries(
    ["grid", "turns", "bar"].map((name) => [name, root.querySelector(`.${name}`)]));
  const { grid, turns, bar } = parts;
  grid.dataset.density = data.density;
  grid.setAttribute("aria-label", data.words.pictures);
  show(grid, data);
  showTurns(turns, data);
  showPicked(grid, bar, data.words);
  listening.abort();
  listening = new AbortController();
  listen({ ...parts, root, data, tell }, listening.signal);
  return () => listening.abort();
}

function listen(page, signal) {
  const { grid, turns, bar, root, data, tell } = page;
  const act = (name, cell, event) => actOn(page, name, cell, event);
  const turn = (step) => canTurn(data.page, step) && tell("turn", data.page.now + step);
  grid.addEventListener("click", (event) => onClick(event, act), { signal });
  grid.addEventListener("focusin", (event) => onFocus(event, grid), { signal });
  grid.addEventListener("keydown", (event) => onTileKey(event, grid, act), { signal });
  turns.addEventListener("click", ({ target }) => turn(Number(target.dataset.step)), { signal });
  bar.addEventListener("click", ({ target }) => actOnPicked(page, target), { signal });
  document.addEventListener("keydown", (event) => onPageKey(event, grid, turn), { signal });
  document.addEventListener(DRAWER.closed, ({ detail }) => refocus(grid, detail.id), { signal });
  receiveFocus(root, grid, signal);
}

function onClick(event, act) {
  const cell = event.target.closest(".cell");
  if (!cell) return;
  const name = event.target.closest("[data-act]")?.dataset.act;
  act(name ?? (event.shiftKey ? "pick" : "similar"), cell, event);
}

function onFocus(event, grid) {
  const cell = event.target.closest(".cell");
  if (cell) makeCurrent(cellsOf(grid), cell);
}

// What is done with one tile: most of it is for Python to do.
function actOn({ grid, bar, root, data, tell }, name, cell, event) {
  const id = Number(cell.dataset.id);
  const ours = {
    open: () => dispatch(DRAWER.open, { id }),
    pick() {
      pick(grid, cell, event.shiftKey && event.type === "click");
      showPicked(grid, bar, data.words);
    },
    keep() {
      const then = (board) => tell("keep", { id, board });
      chooseBoard(root, cell.querySelector(".tile"), data.boards, data.words, then);
    },
  };
  (ours[name] ?? (() => tell(name, id)))();
}

function actOnPicked({ grid, bar, root, data, tell }, button) {
  const ids = pickedIds();
  const acts = {
    compare: () => dispatch(DRAWER.compare, { ids }),
    export: () => tell("export", ids),
    keepPicked: () =>
      chooseBoard(root, button, data.boards, data.words, (board) => tell("keepPicked", { ids, board })),
    clear() {
      clear();
      showPicked(grid, bar, data.words);
      currentTile(grid)?.focus({ preventScroll: true });
    },
  };
  acts[button.dataset.act]?.();
}

// Told again while nobody takes it: the drawer may still be loading.
function dispatch(name, detail, tries = 100) {
  const isLeft = document.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));
  if (isLeft && tries) setTimeout(() => dispatch(name, detail, tries - 1), 100);
}

function refocus(grid, id) {
  (tileOf(grid, id) ?? currentTile(grid))?.focus();
}

// A drawer that closes gives the focus back to our host element: hand it on to the tile.
function receiveFocus({ host }, grid, signal) {
  const handOn = () => host.shadowRoot.activeElement ?? currentTile(grid)?.focus({ preventScroll: true });
  host.tabIndex = -1;
  host.addEventListener("focus", handOn, { signal });
}
