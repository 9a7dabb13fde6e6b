// Ages and dates: how many there are of each, and a range of them.

import { element, said } from "../shared/elements.js";

export function drawRange(body, group, words, choose) {
  if (!body.children.length) body.append(element("div", "bars"), makeForm(), element("div", "values"));
  const [bars, form, rest] = body.children;
  const bins = group.options.filter((option) => option.value);
  const unstated = group.options.find((option) => !option.value);
  const others = () => (unstated?.chosen ? [""] : []);
  const chooseRange = (low, high) => choose([...(low || high ? [written(low, high)] : []), ...others()]);
  const most = Math.max(1, ...bins.map((bin) => bin.pictures));
  bars.replaceChildren(...bins.map((bin) => makeBar(bin, most, words, chooseRange)));
  const [low, high] = form.querySelectorAll("input");
  if (body.getRootNode().activeElement?.closest("form") !== form) {
    [low.value, high.value] = [group.low, group.high];
  }
  low.setAttribute("aria-label", said(words.from, group));
  high.setAttribute("aria-label", said(words.to, group));
  for (const input of [low, high]) input.pattern = group.pattern;
  for (const input of [low, high]) input.title = group.example;
  low.placeholder = group.example;
  form.onsubmit = (event) => {
    event.preventDefault();
    chooseRange(low.value.trim(), high.value.trim());
  };
  form.onchange = () => form.reportValidity() && form.requestSubmit();
  rest.replaceChildren(...(unstated ? [makeUnstated(unstated, group, chooseRange)] : []));
}

function written(low, high) {
  return `${low}..${high}`;
}

function makeBar(bin, most, words, chooseRange) {
  const bar = element("button", "bin");
  bar.style.setProperty("--share", bin.pictures / most);
  bar.classList.toggle("chosen", bin.chosen);
  bar.setAttribute("aria-pressed", bin.chosen);
  bar.title = said(words.bin, bin);
  bar.setAttribute("aria-label", bar.title);
  const [low, high] = bin.value.includes("..") ? bin.value.split("..") : [bin.value, bin.value];
  bar.addEventListener("click", () => (bin.chosen && bin.is_alone ? chooseRange("", "") : chooseRange(low, high)));
  return bar;
}

function makeForm() {
  const form = element("form", "range");
  const send = element("button", "send");
  send.type = "submit";
  send.hidden = true;
  form.append(element("input", ""), element("span", "", "–"), element("input", ""), send);
  return form;
}

function makeUnstated(unstated, group, chooseRange) {
  const label = element("label", "option");
  const box = element("input", "");
  box.type = "checkbox";
  box.checked = unstated.chosen;
  box.addEventListener("change", () => {
    unstated.chosen = box.checked;
    chooseRange(group.low, group.high);
  });
  label.append(box, element("span", "text", unstated.text), " ", element("span", "count", unstated.count));
  return label;
}
