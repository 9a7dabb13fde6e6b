// The line that is always there: a way to the filters, and a chip for each of them.

import { element, said } from "../shared/elements.js";

export function drawStrip(strip, { chips, words }, tell, drawer) {
  const opener = strip.querySelector(".opener") ?? makeOpener(strip);
  opener.textContent = chips.length ? `${words.filters} (${chips.length})` : words.filters;
  opener.onclick = drawer.toggle;
  const all = chips.length > 1 ? [clearing(words, tell)] : [];
  strip.replaceChildren(opener, ...chips.map((chip) => chipOf(chip, words, tell)), ...all);
  drawer.place();
}

function makeOpener(strip) {
  const opener = element("button", "opener");
  strip.append(opener);
  return opener;
}

function chipOf(chip, words, tell) {
  const button = element("button", "chip");
  button.append(element("span", "", chip.text), element("span", "cross", "×"));
  button.setAttribute("aria-label", said(words.remove, { filter: chip.text }));
  button.title = chip.text;
  button.addEventListener("click", () => {
    button.disabled = true;
    tell("remove", { facet: chip.facet, rule: chip.rule });
  });
  return button;
}

function clearing(words, tell) {
  const button = element("button", "chip all", words.clearAll);
  button.addEventListener("click", () => tell("clear", true));
  return button;
}
