// The keys of the drawer, and the list of them that `?` shows.

import { element } from "../shared/elements.js";

const ACTS = {
  ArrowLeft: "previousHit", ArrowRight: "nextHit",
  ArrowUp: "sliceBack", ArrowDown: "sliceOn", PageUp: "slicesBack", PageDown: "slicesOn",
  Home: "toHit", s: "similar", e: "series", "+": "zoomIn", "=": "zoomIn", "-": "zoomOut",
  m: "liked", l: "disliked", b: "keep", c: "compare", r: "region", h: "heat", o: "overlays",
  i: "invert", f: "fit", z: "actual", 0: "reset", " ": "play", "?": "help", Escape: "escape",
};

export const KEY_OF = {
  similar: "s", series: "e", liked: "m", disliked: "l", keep: "b", compare: "c", region: "r",
  heat: "h", overlays: "o", invert: "i", fit: "f", actual: "z", reset: "0", zoomIn: "+",
  zoomOut: "-", help: "?", previousHit: "←", nextHit: "→", close: "Esc", play: "␣",
};

// The act that a key asks for, or the number of a window; null where it is for somebody else.
export function actOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.composedPath()[0];
  if (event.key !== "Escape" && isTyping(target)) return null;
  if (/^[1-9]$/.test(event.key)) return { act: "preset", number: Number(event.key) };
  if (event.key === " " && target.closest?.("button, a, summary")) return null;
  const act = ACTS[event.key] ?? ACTS[event.key.toLowerCase()];
  return act ? { act } : null;
}

function isTyping(target) {
  return target.matches?.("input:not([type=range]), textarea, select, [contenteditable]") ?? false;
}

export function keyList(words) {
  const rows = [
    ["← →", words["key-arrows"]],
    ["↑ ↓", words["key-slices"]],
    ["Home", words["key-home"]],
    ["1–9", words["key-presets"]],
    [words["keyName-drag"], words["key-drag"]],
    [words["keyName-pan"], words["key-pan"]],
    [words["keyName-wheel"], words["key-wheel"]],
    ...["invert", "overlays", "heat", "reset", "fit", "actual"].map((act) => [KEY_OF[act], words[act]]),
    [words["keyName-space"], words.play],
    ...["similar", "series", "region", "liked", "disliked", "keep", "compare"].map(
      (act) => [KEY_OF[act], words[act]]),
    ["Esc", words["key-escape"]],
  ];
  const list = element("dl", "keys");
  for (const [key, meaning] of rows) {
    const term = element("dt", "");
    term.append(element("kbd", "", key));
    list.append(term, element("dd", "", meaning));
  }
  return list;
}
