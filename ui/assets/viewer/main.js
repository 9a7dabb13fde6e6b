// The drawer over the grid. It opens here, without a run of the script; Python hears of it only
// when something new is asked.

import { Drawer } from "./drawer.js";

const drawers = new WeakMap(); // of each place on the page that a drawer lives in
let listening = new AbortController();

// Called for each new answer, with the same element as before.
export default function (component) {
  const { data, parentElement, setTriggerValue: tell } = component;
  const room = parentElement.querySelector(".viewer-room");
  if (!drawers.has(room)) drawers.set(room, new Drawer(room, data.words));
  const drawer = drawers.get(room);
  drawer.renew(data, tell);
  listening.abort();
  listening = new AbortController();
  const { signal } = listening;
  const on = (name, act) =>
    document.addEventListener(`radseek:${name}`, (event) => {
      event.preventDefault(); // it is taken
      act(event.detail);
    }, { signal });
  on("open", ({ id }) => drawer.open(id));
  on("compare", ({ ids }) => drawer.compareAll(ids));
  return () => listening.abort();
}
