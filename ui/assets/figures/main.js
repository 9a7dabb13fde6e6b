// Figures as bars with their numbers; a click on a label asks for its examples.
// Texts enter through textContent alone: a label can never become markup.

import { element, said } from "../shared/elements.js";

let listening = new AbortController();

// Called for each new state of the figures, with the same element as before.
export default function ({ data, parentElement: root, setTriggerValue: tell }) {
  const figures = root.querySelector(".figures");
  const focused = root.activeElement?.dataset;
  figures.replaceChildren(
    element("p", "about", data.words.about), makeKey(data), ...data.charts.map((chart) => makeChart(chart, data)));
  if (focused?.label !== undefined) sameButton(figures, focused)?.focus();
  listening.abort();
  listening = new AbortController();
  figures.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-label]");
    if (button) tell("label", { label: button.dataset.label, asks: button.dataset.asks });
  }, { signal: listening.signal });
  return () => listening.abort();
}

function sameButton(figures, { label, asks }) {
  return [...figures.querySelectorAll("[data-label]")].find(
    ({ dataset }) => dataset.label === label && dataset.asks === asks);
}

// What the marks on a bar are.
function makeKey({ words, compares }) {
  const key = element("p", "key");
  const marks = ["value", "interval", "chance", ...(compares ? ["other"] : [])];
  for (const mark of marks) {
    const entry = element("span", "entry");
    entry.append(element("i", `mark ${mark}`), words[mark]);
    key.append(entry);
  }
  if (compares) key.append(element("span", "entry", words.apart));
  return key;
}

function makeChart({ caption, about, asks, first, rows }, data) {
  const table = element("table", "chart");
  const heading = element("caption", "", caption);
  heading.append(element("span", "about", about));
  const body = element("tbody", "");
  body.append(...rows.map((row) => makeRow(row, asks, data)));
  table.append(heading, makeHead(first, data), body);
  return table;
}

function makeHead(first, { words, compares }) {
  const head = element("thead", "");
  const line = element("tr", "");
  const names = [
    ["name", first], ["bar", ""], ["value", words.figure],
    ...(compares ? [["change", words.before]] : []), ["count", words.queries], ["count patients", words.patients],
  ];
  for (const [className, name] of names) {
    const cell = element(name ? "th" : "td", className, name);
    if (name) cell.scope = "col";
    line.append(cell);
  }
  head.append(line);
  return head;
}

function makeRow(row, asks, { chosen, compares, words }) {
  const line = element("tr", row.is_mean ? "mean" : "");
  if (row.label !== null && row.label === chosen) line.classList.add("chosen");
  line.append(makeName(row, asks, chosen, words), makeBar(row), element("td", "value", row.value.toFixed(3)));
  if (compares) line.append(element("td", row.is_apart ? "change apart" : "change", row.change));
  line.append(element("td", "count", row.queries), element("td", "count patients", row.patients));
  return line;
}

function makeName({ name, label }, asks, chosen, words) {
  const cell = element("th", "name", label === null ? name : "");
  cell.scope = "row";
  if (label === null) return cell;
  const button = element("button", "label", name);
  button.dataset.label = label;
  button.dataset.asks = asks;
  button.title = said(words.examples, { name });
  button.setAttribute("aria-pressed", label === chosen);
  cell.append(button);
  return cell;
}

function makeBar({ value, low, high, chance, before, told }) {
  const cell = element("td", "bar");
  const track = element("span", "track");
  track.setAttribute("aria-hidden", "true");
  if (low !== null) track.append(makeMark("interval", low, high));
  if (before !== null) track.append(makeMark("other", before));
  track.append(makeMark("chance", chance), makeMark("value", value));
  cell.append(track, element("small", "told", told));
  return cell;
}

function makeMark(kind, from, to = from) {
  const mark = element("i", `mark ${kind}`);
  mark.style.left = `${100 * from}%`;
  if (to !== from) mark.style.width = `${100 * (to - from)}%`;
  return mark;
}
