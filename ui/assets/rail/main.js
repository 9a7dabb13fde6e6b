// What the answer is filtered by: chips of it, and the values that there are, with their counts.

import { drawGroups } from "./groups.js";
import { makeDrawer } from "./drawer.js";
import { drawRule } from "./rule.js";
import { drawStrip } from "./strip.js";

let listening = new AbortController();

// Called for each new answer, with the same element as before.
export default function (component) {
  const { data, parentElement: root, setTriggerValue: tell } = component;
  listening.abort();
  listening = new AbortController();
  const { signal } = listening;
  const drawer = makeDrawer(root, data.words, signal);
  drawStrip(root.querySelector(".strip"), data, tell, drawer);
  drawGroups(root.querySelector(".groups"), data, tell);
  drawRule(root.querySelector(".rule"), data, tell);
  return () => listening.abort();
}
