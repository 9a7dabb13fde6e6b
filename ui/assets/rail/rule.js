// The box for filters in the language of the commands, and what is wrong with one.

import { element } from "../shared/elements.js";

export function drawRule(form, { rule, words }, tell) {
  if (!form.children.length) form.append(...makeParts());
  const [label, input, problem] = form.children;
  label.textContent = words.rule;
  input.setAttribute("aria-label", words.rule);
  input.placeholder = words.ruleExample;
  if (form.getRootNode().activeElement !== input || rule.problem) input.value = rule.text;
  input.setAttribute("aria-invalid", rule.problem !== "");
  problem.textContent = rule.problem;
  problem.hidden = !rule.problem;
  const send = () => input.value.trim() !== rule.text && tell("rule", input.value.trim());
  form.onsubmit = (event) => {
    event.preventDefault();
    send();
  };
  input.onchange = send;
}

function makeParts() {
  const input = element("input", "");
  input.spellcheck = false;
  input.autocomplete = "off";
  const problem = element("p", "problem");
  problem.setAttribute("role", "alert");
  return [element("label", ""), input, problem];
}
