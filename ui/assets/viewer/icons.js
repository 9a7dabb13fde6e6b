// The signs on buttons: strokes in a square of 24.

const PATHS = {
  close: "M5 5l14 14M19 5L5 19",
  previousHit: "M15 5l-7 7 7 7",
  nextHit: "M9 5l7 7-7 7",
  similar: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20",
  series: "M8 4h11v11M5 7h11v11H5z",
  liked: "M12 5v14M5 12h14",
  disliked: "M5 12h14",
  keep: "M7 4h10v16l-5-4-5 4z",
  compare: "M4 5h7v14H4zM13 5h7v14h-7z",
  region: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M9 9h6v6H9z",
  heat: "M12 3c1 4 5 5 5 10a5 5 0 0 1-10 0c0-2 1-3 2-4 0 2 1 3 2 3 1-3-1-5 1-9z",
  overlays: "M12 4l8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4",
  invert: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  reset: "M5 12a7 7 0 1 0 2-5L4 10M4 5v5h5",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  actual: "M7 7l2-1v12M17 7l2-1v12M13 10v.1M13 15v.1",
  zoomIn: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20M10.5 8v5M8 10.5h5",
  zoomOut: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20M8 10.5h5",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  help: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18v.1",
  link: "M10 14a4 4 0 0 1 0-5l3-3a4 4 0 0 1 5 5l-1 1M14 10a4 4 0 0 1 0 5l-3 3a4 4 0 0 1-5-5l1-1",
  back: "M11 5l-7 7 7 7M4 12h16",
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}

// A button that says what it does by its sign and, to a screen reader and on hovering, in words.
export function iconButton(name, words, key = "") {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon";
  button.dataset.act = name;
  button.append(icon(name));
  label(button, words, key);
  return button;
}

export function label(button, words, key = "") {
  button.setAttribute("aria-label", words);
  button.title = key ? `${words} (${key})` : words;
  if (/^[!-~]+$/.test(key)) button.setAttribute("aria-keyshortcuts", key);
}
