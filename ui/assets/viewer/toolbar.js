// The buttons over the picture.

import { element } from "../shared/elements.js";
import { icon, iconButton, label } from "./icons.js";
import { KEY_OF } from "./keys.js";

const SEARCHING = ["similar", "series", "region", "liked", "disliked", "keep"];
const LOOKING = ["invert", "overlays", "heat", "zoomOut", "zoomIn", "fit", "actual", "reset"];

export function makeToolbar(words) {
  const bar = element("div", "toolbar");
  bar.setAttribute("role", "toolbar");
  bar.append(
    group("moving", ["previousHit"], words), element("output", "where"),
    group("moving", ["nextHit"], words),
    group("searching", SEARCHING, words), group("looking", LOOKING, words),
    group("ending", ["compare", "help", "close"], words));
  bar.querySelector('[data-act="similar"]').append(element("span", "", words.similar));
  return bar;
}

function group(name, acts, words) {
  const made = element("div", `tools ${name}`);
  made.append(...acts.map((act) => iconButton(act, words[act], KEY_OF[act])));
  return made;
}

// The windows to choose from: the file's own comes first.
export function showPresets(row, details, isGrey, now, words) {
  row.hidden = !isGrey;
  const own = { name: "own", center: null, width: null, is_of_file: false };
  const all = [own, ...(details?.presets ?? [])];
  row.replaceChildren(...all.map((preset, at) => {
    const button = element("button", "preset", presetName(preset, words));
    button.dataset.preset = at;
    if (at < 9) label(button, presetTitle(preset, words), String(at + 1));
    button.setAttribute("aria-pressed", isNow(preset, now));
    return button;
  }));
}

export function isNow({ center, width }, now) {
  return center === null ? now === null : now?.center === center && now?.width === width;
}

function presetName(preset, words) {
  if (preset.is_of_file) return preset.name || `${preset.center}/${preset.width}`;
  return words[`preset-${preset.name}`];
}

function presetTitle(preset, words) {
  const name = presetName(preset, words);
  return preset.center === null
    ? `${name}, ${words.ownWindow}` : `${name} ${preset.center}/${preset.width}`;
}

// The slider through a stack, with a mark where the hit lies.
export function makeScroller(words) {
  const row = element("div", "scroller");
  const play = iconButton("play", words.play, KEY_OF.play);
  const track = element("div", "track");
  const slider = element("input", "");
  const mark = element("button", "mark");
  Object.assign(slider, { type: "range", min: 0, step: 1 });
  mark.dataset.act = "toHit";
  label(mark, words.toHit, "Home");
  track.append(slider, mark);
  row.append(play, track);
  return row;
}

export function showScroller(row, pane, words) {
  const { count, at, details, timer } = pane;
  row.hidden = count < 2;
  if (row.hidden) return;
  const [play, track] = row.children;
  const [slider, mark] = track.children;
  play.replaceChildren(icon(timer ? "pause" : "play"));
  label(play, timer ? words.pause : words.play, KEY_OF.play);
  slider.max = count - 1;
  slider.value = at;
  slider.setAttribute("aria-label", pane.placeText());
  mark.style.setProperty("--at", details.stack.own / (count - 1));
}
