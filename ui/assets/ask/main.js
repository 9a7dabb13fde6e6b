// What is asked with: the box with its suggestions, the strip of parts, files, and steps of before.

import { makeBox } from "./box.js";
import { element } from "./elements.js";
import { listenForFiles } from "./files.js";
import { showExamples, showSteps } from "./steps.js";
import { showStrip } from "./strip.js";
import { teller } from "./tell.js";

const parts = new WeakMap(); // of each root: what was made in it
let listening = new AbortController();

// Called for each new state, with the same root as before.
export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".ask");
  if (!parts.has(root)) parts.set(root, make(root));
  const { box, steps, strip, examples, note, drop } = parts.get(root);
  const tell = teller(setTriggerValue);
  note.textContent = "";
  box.show(data, tell);
  showSteps(steps, data, tell);
  showStrip(strip, data, tell);
  showExamples(examples, data, tell);
  listening.abort();
  listening = new AbortController();
  box.listen(listening.signal);
  listenForFiles({ root, drop, note, data, signal: listening.signal });
  return () => listening.abort();
}

function make(root) {
  const box = makeBox();
  const steps = element("nav", "steps");
  const strip = element("div", "strip");
  const examples = element("div", "examples");
  const note = element("p", "note");
  const drop = element("div", "drop", { hidden: true });
  strip.setAttribute("role", "group");
  note.setAttribute("role", "status");
  const line = element("div", "line");
  line.append(strip, examples, steps);
  root.append(box.element, note, line, drop);
  return { box, steps, strip, examples, note, drop };
}
