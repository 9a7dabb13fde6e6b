// From page to page of one answer.

import { element, said } from "../shared/elements.js";

export function showTurns(nav, { page, words }) {
  nav.hidden = page.now === 1 && page.is_last;
  if (!nav.children.length) nav.append(turn(-1, "["), element("span", "now"), turn(1, "]"));
  const [before, now, next] = nav.children;
  nav.setAttribute("aria-label", words.pages);
  before.textContent = `‹ ${words.previous}`;
  next.textContent = `${words.next} ›`;
  now.textContent = said(words.page, { n: page.now });
  before.disabled = !canTurn(page, -1);
  next.disabled = !canTurn(page, 1);
}

export function canTurn(page, step) {
  return step < 0 ? page.now > 1 : !page.is_last;
}

function turn(step, key) {
  const button = element("button", "");
  button.dataset.step = step;
  button.setAttribute("aria-keyshortcuts", key);
  button.title = key;
  return button;
}
