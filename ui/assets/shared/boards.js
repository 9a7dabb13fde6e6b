// The menu of boards that pictures can be kept on.

import { element } from "./elements.js";

const EDGE = 8; // px from the sides of the window

// Calls `then` with the name of a board that is there, or of a new one.
export function chooseBoard(root, anchor, boards, words, then) {
  root.querySelector(".boards")?.remove();
  const menu = element("dialog", "boards");
  const done = (board) => {
    menu.close();
    then(board);
  };
  menu.setAttribute("aria-label", words.keepOn);
  menu.append(element("strong", "", words.keepOn), ...boards.map((board) => choice(board, done)));
  menu.append(newBoard(words, done));
  menu.addEventListener("close", () => {
    menu.remove();
    anchor.focus({ preventScroll: true });
  });
  menu.addEventListener("click", (event) => event.target === menu && menu.close());
  root.append(menu);
  menu.showModal();
  put(menu, anchor.getBoundingClientRect());
}

function choice(board, done) {
  const button = element("button", "board", board);
  button.addEventListener("click", () => done(board));
  return button;
}

function newBoard(words, done) {
  const form = element("form", "");
  const name = element("input", "");
  name.placeholder = words.newBoard;
  name.setAttribute("aria-label", words.newBoard);
  name.maxLength = 100;
  const add = element("button", "", "+");
  add.type = "submit";
  add.setAttribute("aria-label", words.keepThere);
  form.append(name, add);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (name.value.trim()) done(name.value.trim());
  });
  return form;
}

function put(menu, { left, top, bottom }) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const over = bottom + height + EDGE > window.innerHeight;
  menu.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, over ? top - height : bottom)}px`;
}
