// The pictures of a board: their order and their notes, changed in place.
// Texts enter through textContent and values alone: a note or a tag can never become markup.

import { cardsOf, fill } from "./cards.js";
import { onDrag } from "./dragging.js";

let listening = new AbortController();

// Called for each new state of the board, with the same element as before.
export default function ({ data, parentElement: root, setTriggerValue: tell }) {
  const list = root.querySelector(".board");
  list.setAttribute("aria-label", data.words.pictures);
  fill(list, data);
  listening.abort();
  listening = new AbortController();
  const { signal } = listening;
  const page = { list, data, tell };
  list.addEventListener("click", (event) => onClick(event, page), { signal });
  list.addEventListener("change", (event) => onNote(event, page), { signal });
  list.addEventListener("keydown", (event) => onKey(event, page), { signal });
  onDrag(list, (card, place) => move(page, card, place), signal);
  return () => listening.abort();
}

function onClick({ target }, { list, data, tell }) {
  const card = target.closest(".card");
  const act = target.closest("[data-act]")?.dataset.act;
  if (!card || !act) return;
  const place = cardsOf(list).indexOf(card);
  const ours = {
    before: () => move({ list, data, tell }, card, place - 1),
    after: () => move({ list, data, tell }, card, place + 1),
  };
  (ours[act] ?? (() => tell(act, Number(card.dataset.id))))();
}

// A note is kept when one leaves it.
function onNote({ target }, { tell }) {
  const card = target.closest(".card");
  if (card && target.matches(".note")) tell("note", { id: Number(card.dataset.id), text: target.value });
}

function onKey(event, page) {
  const tile = event.target.closest(".tile");
  if (!tile || event.ctrlKey || event.metaKey) return;
  const cards = cardsOf(page.list);
  const card = tile.closest(".card");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const act = { s: "similar", Delete: "remove" }[event.key];
  if (!step && !act) return;
  event.preventDefault();
  event.stopPropagation();
  if (act) page.tell(act, Number(card.dataset.id));
  else if (event.altKey) move(page, card, cards.indexOf(card) + step);
  else cards[cards.indexOf(card) + step]?.querySelector(".tile").focus();
}

// The order changes on the screen at once; `place` is among the cards that are shown.
function move({ list, data, tell }, card, place) {
  const cards = cardsOf(list);
  if (place < 0 || place >= cards.length || cards[place] === card) return;
  const hadFocus = card.contains(list.getRootNode().activeElement);
  const focused = list.getRootNode().activeElement;
  if (cards.indexOf(card) < place) cards[place].after(card);
  else cards[place].before(card);
  if (hadFocus) focused.focus();
  tell("move", { id: Number(card.dataset.id), place: data.first + place });
}
