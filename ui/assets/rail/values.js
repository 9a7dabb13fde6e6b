// Values to choose from, any number of them; of many the first, and a search in all of them.

import { element, said } from "../shared/elements.js";

const SHOWN = 6;

export function drawValues(body, group, words, choose) {
  if (!body.children.length) body.append(makeSearch(words), element("div", "values"), makeMore(), element("p", "rarer"));
  const [search, list, more, rarer] = body.children;
  const focused = body.getRootNode().activeElement?.dataset?.value;
  const hadFocus = list.contains(body.getRootNode().activeElement);
  const draw = () => {
    const all = body.dataset.all === "yes";
    const wanted = search.value.trim().toLocaleLowerCase();
    const options = group.options.filter((option, at) =>
      all ? option.text.toLocaleLowerCase().includes(wanted) : at < SHOWN || option.chosen);
    list.replaceChildren(...options.map((option) => makeOption(option, group, choose)));
    search.hidden = !all;
    list.classList.toggle("all", all);
    more.hidden = group.options.length <= SHOWN;
    more.textContent = all ? words.fewer : said(words.more, { n: group.options.length - SHOWN });
    more.setAttribute("aria-expanded", all);
    rarer.hidden = !all || !group.rarer;
    rarer.textContent = said(words.rarer, group);
  };
  search.oninput = draw;
  more.onclick = () => {
    body.dataset.all = body.dataset.all === "yes" ? "no" : "yes";
    search.value = "";
    draw();
    if (body.dataset.all === "yes") search.focus();
  };
  draw();
  if (hadFocus) [...list.querySelectorAll("input")].find((each) => each.dataset.value === focused)?.focus();
}

function makeSearch(words) {
  const search = element("input", "search");
  search.placeholder = words.find;
  search.setAttribute("aria-label", words.find);
  search.hidden = true;
  return search;
}

function makeMore() {
  return element("button", "more");
}

function makeOption(option, group, choose) {
  const label = element("label", "option");
  const box = element("input", "");
  box.type = "checkbox";
  box.checked = option.chosen;
  box.dataset.value = option.value;
  box.addEventListener("change", () => {
    option.chosen = box.checked;
    choose(group.options.filter((each) => each.chosen).map((each) => each.value));
  });
  const text = element("span", "text", option.text);
  text.title = option.text;
  label.append(box, text, " ", element("span", "count", option.count));
  label.classList.toggle("none", option.is_none);
  return label;
}
