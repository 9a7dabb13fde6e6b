// The boards that there are, each with its first pictures.
// Texts enter through textContent alone: a name or a note can never become markup.

let listening = new AbortController();

export default function ({ data, parentElement: root, setTriggerValue: tell }) {
  const list = root.querySelector(".boards");
  list.setAttribute("aria-label", data.words.boards);
  list.replaceChildren(...data.boards.map(makeBoard));
  listening.abort();
  listening = new AbortController();
  list.addEventListener("click", ({ target }) => {
    const board = target.closest(".board");
    if (board) tell("open", Number(board.dataset.id));
  }, { signal: listening.signal });
  return () => listening.abort();
}

function makeBoard({ id, name, size, note, pictures }) {
  const item = element("div", "item");
  item.setAttribute("role", "listitem");
  const board = element("button", "board");
  board.type = "button";
  board.dataset.id = id;
  const first = element("span", "pictures");
  first.append(...pictures.map(makeImage));
  board.append(first, element("strong", "name", name), element("span", "size", size));
  if (note) board.append(element("span", "note", note));
  item.append(board);
  return item;
}

function makeImage(src) {
  const image = element("img", "");
  image.alt = "";
  image.loading = "lazy";
  image.onerror = () => image.removeAttribute("src");
  image.src = src;
  return image;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
