// What the colours mean; a press hides or shows the points of one.

import { element } from "../shared/elements.js";

export function drawLegend(plot) {
  const list = plot.legendElement;
  list.setAttribute("aria-label", plot.data.words.legend);
  const focused = list.getRootNode().activeElement?.dataset.code;
  list.replaceChildren(...plot.data.legend.map((entry) => lineOf(plot, entry)));
  if (focused !== undefined) list.querySelector(`[data-code="${focused}"]`)?.focus();
}

function lineOf(plot, { code, text, count }) {
  const button = element("button", `entry code-${code}`);
  const isShown = !plot.hidden.has(code);
  button.dataset.code = code;
  button.setAttribute("aria-pressed", isShown);
  button.append(element("i", ""), element("span", "text", text), element("span", "count", count));
  button.addEventListener("click", () => {
    const hidden = new Set(plot.hidden);
    if (isShown) hidden.add(code);
    else hidden.delete(code);
    plot.hide(hidden);
  });
  const line = element("li", "");
  line.append(button);
  return line;
}
