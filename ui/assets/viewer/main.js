// The drawer over the grid. It opens here, without a run of the script; Python hears of it only
// when something new is asked.

const LONGEST_WAIT = 2000; // milliseconds; then the drawer is loaded however busy the page is

// Loaded once the pictures are there, which a person waits for; who opens one meanwhile is heard.
const loaded = new Promise((done) => requestIdleCallback(done, { timeout: LONGEST_WAIT }))
  .then(() => import("./drawer.js"));
const drawers = new WeakMap(); // of each place on the page that a drawer lives in
let listening = new AbortController();

// Called for each new answer, with the same element as before.
export default function (component) {
  const stop = new AbortController();
  loaded.then(({ Drawer }) => stop.signal.aborted || show(component, Drawer));
  return () => {
    stop.abort();
    listening.abort();
  };
}

function show(component, Drawer) {
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
}
