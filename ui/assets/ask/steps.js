// Ways back to what was asked in this session, and, where nothing is asked, queries to start from.

import { button, element, thumbnail } from "./elements.js";

export function showSteps(nav, { steps, words }, tell) {
  nav.setAttribute("aria-label", words.steps);
  nav.hidden = !steps.length;
  const start = button("step start", words.start, words.start, () => tell("back", -1));
  nav.replaceChildren(start, ...steps.map((step) => makeStep(step, tell)));
  const current = nav.querySelector('[aria-current="step"]');
  if (current) nav.scrollLeft = current.offsetLeft + current.offsetWidth - nav.clientWidth;
}

function makeStep({ at, label, src, current }, tell) {
  const made = button("step", label, "", () => tell("back", at));
  if (src) made.append(thumbnail(src, null));
  made.append(element("span", "label", { textContent: label }));
  if (current) made.setAttribute("aria-current", "step");
  return made;
}

export function showExamples(place, { examples, words }, tell) {
  place.hidden = !examples.length;
  const lead = element("span", "lead", { textContent: words.try });
  place.replaceChildren(
    lead, ...examples.map((text) => button("example", text, text, () => tell("ask", text))),
  );
}
