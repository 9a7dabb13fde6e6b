// Machine text of a picture: what the collection has, and what a captioner writes when asked.

import { element, said } from "../shared/elements.js";
import { Problem, ask } from "./frames.js";

export function machineText({ id, machineText: known }, words) {
  const section = element("section", "group machine");
  const button = element("button", "describe", words.describe);
  const answer = element("div", "told");
  answer.setAttribute("role", "status");
  if (known) answer.append(labelled(known, words));
  button.addEventListener("click", () => describe(id, button, answer, words));
  section.append(element("h3", "", words.machineText), answer, button);
  return section;
}

async function describe(id, button, answer, words) {
  button.disabled = true;
  answer.replaceChildren(element("p", "quiet", words.describing));
  try {
    const told = await (await ask(`api/describe/${id}`)).json();
    answer.replaceChildren(labelled(told.text, words), ...neighbours(told, words));
    button.hidden = true;
  } catch (problem) {
    const code = problem instanceof Problem ? problem.code : "";
    const reason = problem.message || words[code];
    answer.replaceChildren(element("p", "warning", reason || words.unavailable));
    button.disabled = false;
  }
}

function labelled(text, words) {
  const made = element("div", "");
  made.append(element("p", "text", text), element("p", "quiet", words.notAReport));
  return made;
}

function neighbours({ captioner, neighbours: all }, words) {
  const list = element("ul", "");
  list.append(...all.map((each) => neighbour(each, words)));
  const by = element("p", "quiet", said(words.describedBy, { captioner }));
  return all.length ? [by, element("p", "quiet", words.toldOf), list] : [by];
}

function neighbour({ id, similarity, words: known }, words) {
  const open = element("button", "", said(words.picture, { id }));
  open.addEventListener("click", () =>
    document.dispatchEvent(new CustomEvent("radseek:open", { detail: { id }, cancelable: true })));
  const line = element("li", "");
  line.append(open, element("span", "", ` ${similarity.toFixed(3)} ${known}`));
  return line;
}
