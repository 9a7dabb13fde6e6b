// The strip: a chip for each part of the query with its sign and weight, and what was judged.

import { fileInput } from "./box.js";
import { button, element, fill, thumbnail } from "./elements.js";

const UNLIKE = 0.3; // what a picture of weight 1 counts when it is not wanted; see docs/searching.md

export function showStrip(strip, data, tell) {
  const chips = data.chips.map((chip, at) => makeChip(chip, at, data, tell));
  const groups = Object.entries(data.judged).map(([name, group]) =>
    makeGroup(name, group, data, tell),
  );
  const isAsked = data.value || chips.length || groups.length;
  const adders = isAsked ? [wordsAdder(data, tell), imageAdder(data)] : [];
  const focused = strip.getRootNode().activeElement?.dataset.key;
  strip.setAttribute("aria-label", data.words.parts);
  strip.hidden = !isAsked;
  strip.replaceChildren(...chips, ...groups, ...adders);
  if (focused) strip.querySelector(`[data-key="${focused}"]`)?.focus();
}

function makeChip(chip, at, data, tell) {
  const { words } = data;
  const made = element("div", "chip");
  const isWanted = chip.weight > 0;
  made.classList.toggle("unwanted", !isWanted);
  made.classList.toggle("lost", chip.is_lost);
  const sign = button(
    "sign", fill(isWanted ? words.like : words.unlike, chip), isWanted ? "+" : "−",
    () => tell("weigh", { place: chip.place, weight: opposite(chip) }),
  );
  sign.dataset.key = `sign-${at}`;
  const leave = button("leave", fill(words.leave, chip), "×", () => tell("leave", chip.place));
  const shown = chip.src
    ? thumbnail(chip.src, chip.region)
    : element("span", "label", { textContent: chip.label });
  shown.title = chip.label;
  made.append(sign, shown, weight(chip, at, data, tell), leave);
  return made;
}

// A picture that is not wanted counts less than one that is; words that are not are denied.
function opposite({ src, weight }) {
  if (src && weight === 1) return -UNLIKE;
  return src && weight === -UNLIKE ? 1 : -weight;
}

function weight(chip, at, { weights, words }, tell) {
  const select = element("select", "weight");
  const now = Math.abs(chip.weight);
  const offered = [...new Set([...weights, now])].sort((a, b) => a - b);
  for (const each of offered) {
    select.append(element("option", "", { value: each, textContent: `×${each}` }));
  }
  select.value = now;
  select.dataset.key = `weight-${at}`;
  select.setAttribute("aria-label", fill(words.weight, chip));
  const sign = Math.sign(chip.weight);
  select.onchange = () => tell("weigh", { place: chip.place, weight: sign * select.value });
  return select;
}

function makeGroup(name, { label, sources, count }, { words }, tell) {
  const made = element("div", `chip judged ${name}`);
  const forget = fill(words.forget, { label });
  made.title = label;
  made.append(
    element("span", "mark", { textContent: name === "liked" ? "▲" : "▼", ariaHidden: "true" }),
    ...sources.map((src) => thumbnail(src, null)),
    element("span", "label", { textContent: `${label} (${count})` }),
    button("leave", forget, "×", () => tell("forget", name)),
  );
  return made;
}

// A button that becomes a field; Enter adds the words, Escape or leaving it takes it back.
function wordsAdder({ words }, tell) {
  const made = element("span", "adder");
  const field = element("input", "more", { type: "text", autocomplete: "off", hidden: true });
  const opener = button("add", words.add_words, `+ ${words.more_words}`, () => toggle(true));
  const toggle = (isOpen) => {
    field.hidden = !isOpen;
    opener.hidden = isOpen;
    (isOpen ? field : opener).focus();
  };
  field.setAttribute("aria-label", words.add_words);
  opener.dataset.key = "add-words";
  field.onkeydown = (event) => {
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.stopPropagation();
    if (event.key === "Enter" && field.value.trim()) tell("add", field.value);
    field.value = "";
    toggle(false);
  };
  field.onblur = () => {
    field.hidden = true;
    opener.hidden = false;
  };
  made.append(opener, field);
  return made;
}

function imageAdder({ words, uploaders }) {
  const made = button("add", words.add_images, `+ ${words.more_images}`, () =>
    document.querySelector(fileInput(uploaders.beside)).click(),
  );
  made.dataset.key = "add-images";
  return made;
}
