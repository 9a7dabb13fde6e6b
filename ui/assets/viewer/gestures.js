// What a pointer does on a pane: it moves the window, the picture, or draws a box.

const NOTCH = 1.15; // zoom of one step of the wheel
const TURN = 40; // pixels of a touchpad that make one slice

export function watch(surface, on, signal) {
  const listen = (name, act, options = {}) =>
    surface.addEventListener(name, act, { signal, ...options });
  const pointers = new Map();
  let turned = 0;

  listen("pointerdown", (event) => {
    on.touched();
    surface.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, kind: kindOf(event) });
    if (pointers.size === 1) on.begin(kindOf(event), pointOf(event, surface));
  });
  listen("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    const point = pointOf(event, surface);
    if (!before) return on.hover(point);
    if (pointers.size === 2) pinch(pointers, event.pointerId, point, on);
    else on.drag(before.kind, { ...point, dx: point.x - before.x, dy: point.y - before.y });
    Object.assign(before, point);
  });
  const end = (event) => {
    const gone = pointers.get(event.pointerId);
    if (gone && pointers.size === 1) on.end(gone.kind);
    pointers.delete(event.pointerId);
  };
  listen("pointerup", end);
  listen("pointercancel", end);
  listen("pointerleave", () => on.hover(null));
  listen("dblclick", () => on.reset());
  listen("contextmenu", (event) => event.preventDefault());
  listen("wheel", (event) => {
    event.preventDefault();
    on.touched();
    if (event.ctrlKey) return on.zoom(NOTCH ** -notches(event), pointOf(event, surface));
    turned += event.deltaMode ? TURN * Math.sign(event.deltaY) : event.deltaY;
    const steps = Math.trunc(turned / TURN);
    turned -= steps * TURN;
    if (steps) on.scroll(steps);
  }, { passive: false });
}

function kindOf(event) {
  return event.shiftKey || event.button === 1 || event.button === 2 ? "pan" : "main";
}

function pointOf(event, surface) {
  const { left, top } = surface.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

function notches(event) {
  return event.deltaMode ? Math.sign(event.deltaY) : event.deltaY / 100;
}

function pinch(pointers, id, point, on) {
  const [other] = [...pointers].filter(([each]) => each !== id).map(([, at]) => at);
  const before = pointers.get(id);
  const grown = gap(point, other) / Math.max(gap(before, other), 1);
  on.zoom(grown, { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 });
  on.drag("pan", { ...point, dx: (point.x - before.x) / 2, dy: (point.y - before.y) / 2 });
}

function gap(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
