// Draws the tiles, moves the focus by keyboard and reports what was chosen.
// Texts of the catalog enter through textContent alone: a tag can never become markup.

const SEARCH_BOX = 'input[type="search"]';
const SCROLLED = '[data-testid="stMain"]';

const places = new Map(); // where each address was left, for the way back to it
let shown = null; // the address that the tiles belong to
let listening = new AbortController();

// Called for each new answer, with the same element as before.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const grid = parentElement.querySelector(".grid");
  const act = (name, cell) => setTriggerValue(name, Number(cell.dataset.id));

  show(grid, data.tiles);
  listening.abort();
  listening = new AbortController();
  const { signal } = listening;
  grid.addEventListener("click", (event) => onClick(event, act), { signal });
  grid.addEventListener("focusin", (event) => onFocus(event, grid), { signal });
  grid.addEventListener("keydown", (event) => onTileKey(event, grid, act), { signal });
  document.addEventListener("keydown", (event) => onPageKey(event, grid), { signal });
  receiveFocus(grid, signal);
  return () => listening.abort();
}

// Another address starts at its top and first tile, or where it was left when it comes back.
function show(grid, tiles) {
  const page = document.querySelector(SCROLLED);
  const current = currentTile(grid)?.parentElement.dataset.id;
  if (shown === location.search) return fill(grid, tiles, current);
  places.set(shown, { top: page.scrollTop, id: current });
  shown = location.search;
  const { top, id } = places.get(shown) ?? { top: 0 };
  fill(grid, tiles, id);
  page.scrollTop = top;
}

// Cells that stay keep their decoded images; a grid that stays as it is keeps the focus too.
function fill(grid, tiles, currentId) {
  const before = [...grid.children];
  const known = new Map(before.map((cell) => [cell.dataset.id, cell]));
  const cells = tiles.map((tile) => write(known.get(String(tile.id)) ?? makeCell(), tile));
  makeCurrent(cells, cells.find((cell) => cell.dataset.id === currentId) ?? cells[0]);
  if (cells.length === before.length && cells.every((cell, at) => cell === before[at])) return;
  const hadFocus = grid.getRootNode().activeElement?.closest(".grid");
  grid.replaceChildren(...cells);
  if (hadFocus) currentTile(grid)?.focus({ preventScroll: true });
}

function makeCell() {
  const cell = element("div", "cell");
  const tile = element("button", "tile");
  const image = element("img", "");
  cell.setAttribute("role", "listitem");
  image.alt = "";
  image.decoding = "async";
  image.loading = "lazy";
  image.fetchPriority = "low"; // the scripts of the page go first
  image.onload = () => cell.classList.add("loaded");
  image.onerror = () => cell.classList.add("missing");
  const texts = ["score", "caption", "badge"].map((name) => element("span", name));
  tile.append(image, ...texts);
  const details = element("button", "open");
  details.textContent = "i";
  details.tabIndex = -1;
  cell.append(tile, details);
  return cell;
}

function write(cell, tile) {
  const [button, details] = cell.children;
  const [image, score, caption, badge] = button.children;
  cell.dataset.id = tile.id;
  if (image.getAttribute("src") !== tile.src) {
    cell.classList.remove("loaded", "missing");
    image.src = tile.src;
  }
  score.textContent = tile.score;
  caption.textContent = tile.caption;
  badge.textContent = tile.badge;
  button.setAttribute("aria-label", `${tile.label}. Find similar`);
  details.setAttribute("aria-label", `Details of picture ${tile.id}`);
  return cell;
}

function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  if (name === "button") made.type = "button";
  return made;
}

// One tile is in the page's tab order; the arrow keys move from there.
function makeCurrent(cells, current) {
  for (const cell of cells) cell.firstElementChild.tabIndex = cell === current ? 0 : -1;
}

function currentTile(grid) {
  return grid.querySelector('.tile[tabindex="0"]');
}

// A drawer that closes gives the focus back to our host element: hand it on to the tile.
function receiveFocus(grid, signal) {
  const root = grid.getRootNode();
  const handOn = () => root.activeElement ?? currentTile(grid)?.focus({ preventScroll: true });
  root.host.tabIndex = -1;
  root.host.addEventListener("focus", handOn, { signal });
}

function onFocus(event, grid) {
  makeCurrent(grid.children, event.target.closest(".cell"));
}

function onClick(event, act) {
  const cell = event.target.closest(".cell");
  if (cell) act(event.target.closest(".open") ? "open" : "similar", cell);
}

function onTileKey(event, grid, act) {
  const tile = event.target.closest(".tile");
  if (!tile || event.ctrlKey || event.metaKey || event.altKey) return;
  const cells = [...grid.children];
  const name = { s: "similar", i: "open", Enter: "open" }[event.key];
  const step = steps(cells)[event.key];
  if (!name && step === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  if (name) act(name, tile.parentElement);
  else focusOn(cells, cells.indexOf(tile.parentElement) + step);
}

function steps(cells) {
  const columns = cells.findIndex((cell) => cell.offsetTop > cells[0].offsetTop);
  const row = columns < 0 ? cells.length : columns;
  return {
    ArrowLeft: -1, ArrowRight: 1, ArrowUp: -row, ArrowDown: row,
    Home: -cells.length, End: cells.length,
  };
}

function focusOn(cells, wanted) {
  const index = Math.max(0, Math.min(cells.length - 1, wanted));
  cells[index].firstElementChild.focus();
}

// "/" goes to the words; arrow keys go to the grid from there, and from a page without focus.
function onPageKey(event, grid) {
  const box = document.querySelector(SEARCH_BOX);
  const target = event.composedPath()[0];
  const typing = target.matches?.("input, textarea, [contenteditable]");
  if (event.key === "/" && !typing) return take(event, box, (found) => found.select());
  const arrow = event.key.startsWith("Arrow") && target === document.body;
  if (arrow || (event.key === "ArrowDown" && target === box)) take(event, currentTile(grid));
}

function take(event, element, then = () => {}) {
  if (!element) return;
  event.preventDefault();
  element.focus();
  then(element);
}
