// The map of the collection: a point for each picture, coloured, to be looked through and selected.

import { Plot } from "./plot.js";

const plots = new WeakMap();

// Called for each new state, with the same element as before.
export default function (component) {
  const { parentElement: root } = component;
  if (!plots.has(root)) plots.set(root, new Plot(root));
  const plot = plots.get(root);
  plot.show(component);
  return () => plot.rest();
}
