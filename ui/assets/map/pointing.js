// Mouse, touch and keys on the map.

import { boxOf, thinned } from "./shapes.js";

const STEP = 60; // pixels that an arrow key moves by
const CLICK = 4; // pixels a pointer may move in a click
const LINE = 16; // pixels of a line that a wheel turns by
const KEYS = {
  ArrowLeft: (plot) => plot.camera.move(STEP, 0),
  ArrowRight: (plot) => plot.camera.move(-STEP, 0),
  ArrowUp: (plot) => plot.camera.move(0, STEP),
  ArrowDown: (plot) => plot.camera.move(0, -STEP),
  "+": (plot) => plot.camera.zoom(1.5, middle(plot)),
  "=": (plot) => plot.camera.zoom(1.5, middle(plot)),
  "-": (plot) => plot.camera.zoom(1 / 1.5, middle(plot)),
  0: (plot) => plot.camera.fit(),
  a: (plot) => plot.select(thinned(plot.camera.seen())),
  Escape: (plot) => plot.area.length && plot.select([]),
};

export function listen(plot, signal) {
  const over = plot.overElement;
  over.addEventListener("pointerdown", (event) => onDown(plot, event), { signal });
  over.addEventListener("pointermove", (event) => onMove(plot, event), { signal });
  over.addEventListener("pointerleave", () => leave(plot), { signal });
  over.addEventListener("wheel", (event) => onWheel(plot, event), { signal, passive: false });
  over.addEventListener("keydown", (event) => onKey(plot, event), { signal });
  over.addEventListener("dblclick", () => zoomOut(plot), { signal });
}

function placeOf(plot, { clientX, clientY }) {
  const { left, top } = plot.overElement.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

function middle({ camera }) {
  return [camera.width / 2, camera.height / 2];
}

function onDown(plot, event) {
  if (event.button !== 0) return;
  const over = plot.overElement;
  const drag = new AbortController();
  const from = placeOf(plot, event);
  const mode = event.shiftKey && plot.mode === "move" ? "lasso" : plot.mode;
  const act = (plot.drag = mode === "move" ? mover(plot, from) : drawer(plot, from, mode));
  over.setPointerCapture(event.pointerId);
  const end = (ended) => {
    drag.abort();
    plot.drag = null;
    act.end(placeOf(plot, ended), ended.type === "pointerup");
  };
  over.addEventListener("pointermove", (moved) => act.move(placeOf(plot, moved)), drag);
  over.addEventListener("pointerup", end, drag);
  over.addEventListener("pointercancel", end, drag);
}

function onMove(plot, event) {
  if (!plot.drag) plot.pointAt(placeOf(plot, event));
}

function leave(plot) {
  plot.pointed = -1;
  plot.tip.hide();
  plot.drawOver();
}

function mover(plot, from) {
  let last = from;
  let isClick = true;
  return {
    move(place) {
      if (away(place, from) > CLICK) isClick = false;
      if (isClick) return;
      plot.tip.hide();
      plot.camera.move(place[0] - last[0], place[1] - last[1]);
      last = place;
      plot.draw();
    },
    end(_place, isDone) {
      if (isDone && isClick) plot.open();
    },
  };
}

function drawer(plot, from, mode) {
  const start = plot.camera.toMap(from);
  const line = [start];
  plot.tip.hide();
  return {
    move(place) {
      const there = plot.camera.toMap(place);
      line.push(there);
      plot.drawn = mode === "box" ? boxOf(start, there) : line;
      plot.drawOver();
    },
    end(place, isDone) {
      const area = thinned(plot.drawn);
      plot.drawn = [];
      if (isDone && away(place, from) <= CLICK && line.length < 4) plot.open();
      else if (isDone && area.length > 2) plot.select(area);
      plot.drawOver();
    },
  };
}

function onWheel(plot, event) {
  event.preventDefault();
  const turned = event.deltaMode ? event.deltaY * LINE : event.deltaY;
  plot.camera.zoom(Math.exp(-turned / 400), placeOf(plot, event));
  plot.draw();
}

function zoomOut(plot) {
  plot.camera.fit();
  plot.draw();
}

function onKey(plot, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key](plot);
  plot.draw();
}

function away([x0, y0], [x1, y1]) {
  return Math.hypot(x1 - x0, y1 - y0);
}
