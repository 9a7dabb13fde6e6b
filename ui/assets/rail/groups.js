// The fields that can be filtered on, each with its values.

import { element } from "../shared/elements.js";
import { drawRange } from "./range.js";
import { drawValues } from "./values.js";

// A group keeps its element, so that what is unfolded and typed there stays.
export function drawGroups(place, data, tell) {
  const known = new Map([...place.children].map((each) => [each.dataset.facet, each]));
  const groups = data.groups.map((group) => {
    const made = known.get(group.facet) ?? makeGroup(group);
    const choose = (values) => tell("choose", { facet: group.facet, values });
    made.querySelector("summary").textContent = group.title;
    const draw = group.is_range ? drawRange : drawValues;
    draw(made.querySelector(".body"), group, data.words, choose);
    return made;
  });
  const isSame = groups.length === place.children.length
    && groups.every((each, at) => each === place.children[at]);
  if (!isSame) place.replaceChildren(...groups); // to put it in again would take the focus away
}

function makeGroup({ facet, is_open }) {
  const group = element("details", "group");
  group.dataset.facet = facet;
  group.open = is_open;
  group.append(element("summary", ""), element("div", "body"));
  return group;
}
