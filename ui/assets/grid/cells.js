// The tiles: what each shows, and the line from which on hits look like chance.

import { element, said } from "../shared/elements.js";
import { showPictures } from "./pictures.js";

const TOOLS = { similar: "≈", open: "i", liked: "+", disliked: "−", keep: "☆" };

// Cells that stay keep their decoded images; a grid that stays as it is keeps the focus too.
export function fill(grid, data, currentId) {
  const before = [...grid.children];
  const known = new Map(cellsOf(grid).map((cell) => [cell.dataset.id, cell]));
  const cells = data.tiles.map((tile, at) =>
    write(known.get(String(tile.id)) ?? makeCell(), tile, data, at));
  showPictures(data.tiles.map((tile, at) => ({ tile, cell: cells[at] })).filter(isNew));
  makeCurrent(cells, cells.find((cell) => cell.dataset.id === currentId) ?? cells[0]);
  const children = withLine(grid, cells, data);
  if (children.length === before.length && children.every((each, at) => each === before[at])) return;
  const hadFocus = grid.getRootNode().activeElement?.closest(".grid");
  grid.replaceChildren(...children);
  if (hadFocus) currentTile(grid)?.focus({ preventScroll: true });
}

export function cellsOf(grid) {
  return [...grid.querySelectorAll(".cell")];
}

// One tile is in the page's tab order; the arrow keys move from there.
export function makeCurrent(cells, current) {
  for (const cell of cells) cell.firstElementChild.tabIndex = cell === current ? 0 : -1;
}

export function currentTile(grid) {
  return grid.querySelector('.tile[tabindex="0"]');
}

export function tileOf(grid, id) {
  return grid.querySelector(`.cell[data-id="${Number(id)}"] .tile`);
}

function makeCell() {
  const cell = element("div", "cell");
  cell.setAttribute("role", "listitem");
  const tile = element("button", "tile");
  tile.append(makeImage(), ...["score", "share", "caption", "badges"].map(span));
  const pick = element("button", "pick");
  pick.dataset.act = "pick";
  pick.tabIndex = -1;
  const tools = element("div", "tools");
  tools.append(...Object.entries(TOOLS).map(([act, sign]) => makeTool(act, sign)));
  cell.append(tile, pick, tools);
  return cell;
}

function span(name) {
  return element("span", name);
}

function makeImage() {
  const image = element("img", "");
  image.alt = "";
  image.decoding = "async";
  return image;
}

// Whether the cell shows another picture than the tile's, or none yet; from then on it is its.
function isNew({ cell, tile }) {
  if (cell.dataset.src === tile.src) return false;
  cell.dataset.src = tile.src;
  cell.classList.remove("loaded", "missing");
  return true;
}

function makeTool(act, sign) {
  const tool = element("button", act, sign);
  tool.dataset.act = act;
  tool.tabIndex = -1;
  return tool;
}

function write(cell, tile, { words, noise }, at) {
  const [button, pick, tools] = cell.children;
  const [, score, share, caption, badges] = button.children;
  cell.dataset.id = tile.id;
  cell.dataset.mark = tile.mark;
  cell.classList.toggle("chance", noise > 0 && at >= noise); // all of a page is not dimmed
  button.dataset.missing = words.missing;
  score.textContent = tile.score;
  share.textContent = tile.share;
  caption.textContent = tile.caption;
  score.title = share.title = tile.standing;
  badges.replaceChildren(...tile.badges.map(makeBadge));
  button.setAttribute("aria-label", said(words.similarTo, { picture: tile.label }));
  pick.setAttribute("aria-label", said(words.pick, tile));
  for (const tool of tools.children) name(tool, said(words[tool.dataset.act], tile));
  return cell;
}

function name(tool, text) {
  tool.title = text;
  tool.setAttribute("aria-label", text);
}

function makeBadge({ text, meaning }) {
  const badge = element("span", "badge", text);
  badge.title = meaning;
  return badge;
}

function withLine(grid, cells, { noise, words }) {
  if (noise === null) return cells;
  const line = grid.querySelector(".line") ?? makeLine(words);
  line.firstElementChild.textContent = noise > 0 ? words.chance : words.allChance;
  return [...cells.slice(0, noise), line, ...cells.slice(noise)];
}

function makeLine(words) {
  const line = element("div", "line");
  const why = element("details", "why");
  line.setAttribute("role", "listitem");
  why.append(element("summary", "", words.why), element("p", "", words.chanceWhy));
  line.append(element("span", "says"), why);
  return line;
}
