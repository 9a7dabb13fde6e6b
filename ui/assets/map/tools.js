// Buttons over the map: what dragging does, and what is looked at.

import { element } from "../shared/elements.js";
import { thinned } from "./shapes.js";

const MODES = ["move", "box", "lasso"];
const ACTS = {
  all(plot) {
    plot.camera.fit();
    plot.draw();
  },
  seen: (plot) => plot.select(thinned(plot.camera.seen())),
  clear: (plot) => plot.select([]),
};

export function drawTools(plot) {
  const { toolsElement: bar, data } = plot;
  if (!bar.children.length) bar.append(...[...MODES, ...Object.keys(ACTS)].map(makeButton));
  bar.setAttribute("aria-label", data.words.map);
  for (const button of bar.children) {
    const { name } = button.dataset;
    button.textContent = data.words[name];
    if (MODES.includes(name)) button.setAttribute("aria-pressed", plot.mode === name);
    button.onclick = () => (ACTS[name] ? ACTS[name](plot) : plot.setMode(name));
  }
  bar.querySelector('[data-name="clear"]').disabled = !plot.area.length;
  plot.overElement.dataset.mode = plot.mode;
}

function makeButton(name) {
  const button = element("button", "");
  button.dataset.name = name;
  return button;
}
