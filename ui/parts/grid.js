// Draws the tiles, moves the focus by keyboard and reports what was chosen.
// Texts of the catalog enter through textContent alone: a tag can never become markup.

const SEARCH_BOX = 'input[type="search"]';
const SCROLLED = '[data-testid="stMain"]';

const places = new Map(); // how far each address was scrolled, for the way back to it
let shown = null; // the address that the tiles belong to

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const grid = parentElement.querySelector(".grid");
  const similar = (cell) => setTriggerValue("similar", Number(cell.dataset.id));
  const open = (cell) => setTriggerValue("open", Number(cell.dataset.id));

  fill(grid, data.tiles);
  grid.onclick = (event) => {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    event.target.closest(".open") ? open(cell) : similar(cell);
  };
  grid.onfocusin = (event) => makeCurrent(grid, event.target.closest(".cell"));
  grid.onkeydown = (event) => onTileKey(event, grid, similar, open);

  returnToPlace();
  const leaving = new AbortController();
  const { signal } = leaving;
  document.addEventListener("keydown", (event) => onShortcut(event, grid), { signal });
  document.querySelector(SCROLLED)?.addEventListener("scroll", rememberPlace, { signal });
  return () => leaving.abort();
}

function fill(grid, tiles) {
  const hadFocus = grid.getRootNode().activeElement?.closest(".grid");
  const before = currentTile(grid);
  const known = new Map([...grid.children].map((cell) => [cell.dataset.id, cell]));
  grid.replaceChildren(...tiles.map((tile) => write(known.get(String(tile.id)) ?? makeCell(), tile)));
  const current = before?.isConnected ? before : grid.querySelector(".tile");
  makeCurrent(grid, current?.parentElement);
  if (hadFocus) current?.focus({ preventScroll: true });
}

function returnToPlace() {
  if (shown === location.search) return;
  shown = location.search;
  document.querySelector(SCROLLED).scrollTop = places.get(shown) ?? 0;
}

function rememberPlace(event) {
  if (shown === location.search) places.set(shown, event.target.scrollTop);
}

function makeCell() {
  const cell = element("div", "cell");
  const tile = element("button", "tile");
  const image = element("img", "");
  cell.setAttribute("role", "listitem");
  image.alt = "";
  image.decoding = "async";
  image.loading = "lazy";
  image.onload = () => cell.classList.add("loaded");
  image.onerror = () => cell.classList.add("missing");
  tile.append(image, element("span", "score"), element("span", "caption"));
  const details = element("button", "open");
  details.textContent = "i";
  details.tabIndex = -1;
  cell.append(tile, details);
  return cell;
}

function write(cell, tile) {
  const [button, details] = cell.children;
  const [image, score, caption] = button.children;
  cell.dataset.id = tile.id;
  if (image.getAttribute("src") !== tile.src) {
    cell.classList.remove("loaded", "missing");
    image.src = tile.src;
  }
  score.textContent = tile.score;
  caption.textContent = tile.caption;
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
function makeCurrent(grid, current) {
  for (const cell of grid.children) cell.firstElementChild.tabIndex = cell === current ? 0 : -1;
}

function currentTile(grid) {
  return grid.querySelector('.tile[tabindex="0"]');
}

function onTileKey(event, grid, similar, open) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const cell = event.target.closest(".cell");
  const cells = [...grid.children];
  const step = steps(cells)[event.key];
  const act = { s: similar, i: open, Enter: event.target.closest(".tile") && open }[event.key];
  if (!cell || (step === undefined && !act)) return;
  event.preventDefault();
  event.stopPropagation();
  if (act) act(cell);
  else focusOn(cells, cells.indexOf(cell) + step);
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
function onShortcut(event, grid) {
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
