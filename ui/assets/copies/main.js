// Pictures that are there twice, group by group; each opens in the drawer, a group beside itself.

import { showTurns, canTurn } from "../grid/turns.js";
import { chooseBoard } from "../shared/boards.js";
import { element, said } from "../shared/elements.js";

const MOST_COMPARED = 4;

let listening = new AbortController();

export default function ({ data, parentElement: root, setTriggerValue: tell }) {
  const list = root.querySelector(".copies");
  const turns = root.querySelector(".turns");
  list.setAttribute("aria-label", data.words.groups);
  if (list.dataset.place !== data.place || list.children.length !== data.groups.length) {
    list.replaceChildren(...data.groups.map((group) => makeGroup(group, data.words)));
    list.dataset.place = data.place;
  }
  showTurns(turns, data);
  listening.abort();
  listening = new AbortController();
  const { signal } = listening;
  list.addEventListener("click", ({ target }) => act(root, target, data, tell), { signal });
  turns.addEventListener("click", ({ target }) => {
    const step = Number(target.closest("button")?.dataset.step);
    if (step && canTurn(data.page, step)) tell("turn", data.page.now + step);
  }, { signal });
  return () => listening.abort();
}

function makeGroup({ title, tiles }, words) {
  const group = element("section", "group");
  group.setAttribute("role", "listitem");
  const head = element("header", "");
  const acts = ["compare", "keep"].map((name) => {
    const button = element("button", "", words[name]);
    button.dataset.act = name;
    return button;
  });
  acts[0].disabled = tiles.length < 2;
  head.append(element("strong", "", title), ...acts);
  const pictures = element("div", "pictures");
  pictures.append(...tiles.map((tile) => makePicture(tile, words)));
  group.append(head, pictures);
  group.dataset.ids = tiles.map(({ id }) => id).join(" ");
  return group;
}

function makePicture(tile, words) {
  const picture = element("figure", "");
  const open = element("button", "tile");
  open.dataset.id = tile.id;
  open.setAttribute("aria-label", said(words.open, tile));
  const image = element("img", "");
  image.alt = "";
  image.loading = "lazy";
  image.src = tile.src;
  open.append(image);
  const lines = [tile.patient, tile.caption, tile.study, tile.path].filter(Boolean);
  const caption = element("figcaption", "");
  caption.append(...lines.map((line) => element("span", "", line)));
  picture.append(open, caption);
  return picture;
}

function act(root, target, data, tell) {
  const picture = target.closest(".tile");
  if (picture) return dispatch("radseek:open", { id: Number(picture.dataset.id) });
  const button = target.closest("[data-act]");
  if (!button) return;
  const ids = button.closest(".group").dataset.ids.split(" ").map(Number);
  if (button.dataset.act === "compare") {
    dispatch("radseek:compare", { ids: ids.slice(0, MOST_COMPARED) });
  } else {
    const then = (board) => tell("keepPicked", { ids, board });
    chooseBoard(root, button, data.boards, data.words, then);
  }
}

function dispatch(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));
}
