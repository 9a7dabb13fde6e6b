// The cards of a board: a picture, what it is of, and its note.

const TOOLS = { before: "←", after: "→", similar: "≈", remove: "×" };

// Cards that stay keep their decoded images, and a note that is being written.
export function fill(list, data) {
  const known = new Map(cardsOf(list).map((card) => [card.dataset.id, card]));
  const cards = data.cards.map((told) => write(known.get(String(told.id)) ?? makeCard(), told, data));
  const before = cardsOf(list);
  if (cards.length === before.length && cards.every((card, at) => card === before[at])) return;
  list.replaceChildren(...cards);
}

export function cardsOf(list) {
  return [...list.querySelectorAll(".card")];
}

function makeCard() {
  const card = element("div", "card");
  card.setAttribute("role", "listitem");
  card.draggable = true;
  const tile = element("button", "tile");
  tile.dataset.act = "similar";
  const image = element("img", "");
  image.alt = "";
  image.decoding = "async";
  image.loading = "lazy";
  image.draggable = false;
  image.onload = () => card.classList.add("loaded");
  image.onerror = () => card.classList.add("missing");
  tile.append(image, element("span", "caption"));
  const tools = element("div", "tools");
  tools.append(...Object.entries(TOOLS).map(([act, sign]) => makeTool(act, sign)));
  const note = element("textarea", "note");
  note.rows = 2;
  note.maxLength = 10000;
  card.append(tile, tools, note);
  return card;
}

function makeTool(act, sign) {
  const tool = element("button", act);
  tool.textContent = sign;
  tool.dataset.act = act;
  return tool;
}

function write(card, told, { words }) {
  const [tile, tools, note] = card.children;
  const [image, caption] = tile.children;
  card.dataset.id = told.id;
  if (image.getAttribute("src") !== told.src) {
    card.classList.remove("loaded", "missing");
    image.src = told.src;
  }
  caption.textContent = told.caption;
  tile.dataset.missing = words.missing;
  tile.setAttribute("aria-label", said(words.similarTo, told));
  for (const tool of tools.children) {
    tool.title = said(words[tool.dataset.act], told);
    tool.setAttribute("aria-label", tool.title);
  }
  if (note.getRootNode().activeElement !== note) note.value = told.note;
  note.placeholder = words.note;
  note.setAttribute("aria-label", said(words.noteOf, told));
  return card;
}

function element(name, className) {
  const made = document.createElement(name);
  made.className = className;
  if (name === "button") made.type = "button";
  return made;
}

// A sentence of the page's language with its {places} filled.
function said(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
