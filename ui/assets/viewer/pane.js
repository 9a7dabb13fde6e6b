// One picture that a person looks at: its pixels, its window, its place in the stack, its frame.

import { element, said } from "../shared/elements.js";
import { FITTED, actual, corner, moved, onPicture, zoomed } from "./camera.js";
import { Frames, Problem } from "./frames.js";
import { watch } from "./gestures.js";
import { drawHeat } from "./heat.js";
import { movedWindow, ownWindow, paint, valueAt } from "./window.js";

const DRAG = 300; // pixels of dragging that move a window by its own width
const CINE = 66; // ms a frame
const WHOLE = { left: 0, top: 0, right: 1, bottom: 1 };

export class Pane {
  // `told(what, detail)` hears of: touched, window, camera, scroll, shown, box.
  constructor(words, told) {
    Object.assign(this, { words, told });
    this.listening = new AbortController();
    this.clear();
    this.build();
    watch(this.root, this.gestures(), this.listening.signal);
    new ResizeObserver(() => this.place()).observe(this.root);
  }

  clear() {
    Object.assign(this, {
      tile: null, details: null, frame: null, at: 0, window: null, inverted: false,
      graphics: false, camera: FITTED, box: null, isDrawing: false, heat: null,
    });
  }

  build() {
    this.root = element("div", "pane");
    this.thumb = element("img", "thumb");
    this.layer = element("div", "layer");
    this.canvas = element("canvas", "picture");
    this.heatCanvas = element("canvas", "heat");
    this.boxMark = element("div", "box");
    this.notice = element("p", "notice");
    this.corners = ["nw", "ne", "sw", "se"].map((side) => element("span", `corner ${side}`));
    this.thumb.alt = "";
    this.canvas.setAttribute("role", "img");
    this.notice.setAttribute("role", "status");
    this.layer.append(this.canvas, this.heatCanvas, this.boxMark);
    this.root.append(this.thumb, this.layer, this.notice, ...this.corners);
  }

  gestures() {
    return {
      touched: () => this.told("touched", this),
      begin: (kind, point) => this.begin(kind, point),
      drag: (kind, step) => this.drag(kind, step),
      end: () => this.isDrawing && this.box && this.told("box", this),
      hover: (point) => this.hover(point),
      zoom: (factor, point) => this.look({ camera: zoomed(this.camera, factor, point, this.size()) }),
      scroll: (steps) => this.scroll(steps),
      reset: () => this.reset(),
    };
  }

  // Shows the thumbnail at once and the picture as soon as it is there.
  async open(tile, details) {
    this.close();
    this.clear();
    this.tile = tile;
    this.opening = new AbortController();
    const { signal } = this.opening;
    this.thumb.src = tile.src;
    this.root.className = "pane waiting";
    this.canvas.setAttribute("aria-label", tile.label);
    this.say("");
    this.place();
    try {
      const known = await details;
      if (!signal.aborted) this.openStack(known);
    } catch (problem) {
      if (!signal.aborted) this.fail(problem);
    }
  }

  openStack(details) {
    this.details = details;
    this.at = details.stack.own;
    const arrived = (at, frame) => at === this.at && this.show(frame);
    const failed = (at, problem) => at === this.at && this.fail(problem);
    this.frames = new Frames(details.id, details.stack, arrived, failed);
    const kept = this.frames.at(this.at);
    if (kept) this.show(kept);
    else this.told("shown", this);
    if (details.isThere) this.frames.want(this.at);
    else this.fail(new Problem("changed"));
  }

  // A picture that only this session has: no window, no stack.
  openPlain(src, label) {
    this.close();
    this.clear();
    this.thumb.src = src;
    this.root.className = "pane plain";
    this.thumb.alt = label;
  }

  show(frame) {
    this.frame = frame;
    this.root.classList.remove("waiting", "failed");
    this.say(remarks(frame, this.words).join(" "));
    this.repaint();
    this.told("shown", this);
  }

  fail(problem) {
    this.root.classList.add("failed");
    const text = this.words[problem.code] ?? this.words.unavailable;
    this.say([text, problem.code === "unreadable" ? problem.message : ""].join(" ").trim());
  }

  say(text) {
    this.notice.textContent = text;
  }

  // Window, inversion, overlays, camera: whatever a person changes of how it is seen.
  look(change) {
    Object.assign(this, change);
    if ("camera" in change) this.place();
    else this.repaint();
    this.told("camera" in change ? "camera" : "window", this);
  }

  reset() {
    this.look({ window: null, inverted: false });
    this.look({ camera: FITTED });
  }

  toActual() {
    if (this.frame) this.look({ camera: actual(this.size(), this.frame, devicePixelRatio) });
  }

  zoomBy(factor) {
    const { width, height } = this.size();
    this.look({ camera: zoomed(this.camera, factor, { x: width / 2, y: height / 2 }, this.size()) });
  }

  get shownWindow() {
    return this.window ?? (this.frame && ownWindow(this.frame));
  }

  setWindow(center, width) {
    if (!this.frame?.grey) return;
    this.look({ window: movedWindow(ownWindow(this.frame), center, width) });
  }

  // Painted at most once for each picture of the screen.
  repaint() {
    if (this.isDue || !this.frame) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      if (this.frame) this.put();
    });
  }

  put() {
    const { frame, canvas } = this;
    const pixels = paint(frame, this);
    if (canvas.width !== frame.width || canvas.height !== frame.height) {
      [canvas.width, canvas.height] = [frame.width, frame.height];
    }
    canvas.getContext("2d").putImageData(new ImageData(pixels, frame.width), 0, 0);
    canvas.dataset.painted = `${this.frames?.key(this.at) ?? ""}`;
    this.root.classList.add("painted");
    this.heatCanvas.hidden = !this.heat || !this.isAtOwn();
    this.place();
  }

  place() {
    this.tell();
    if (!this.frame) return;
    const { left, top, scale } = corner(this.camera, this.size(), this.frame);
    Object.assign(this.layer.style, {
      width: `${this.frame.width}px`, height: `${this.frame.height}px`,
      transform: `translate(${left}px, ${top}px) scale(${scale})`,
    });
    this.boxMark.style.setProperty("--thin", `${1.5 / scale}px`);
  }

  size() {
    return { width: this.root.clientWidth || 1, height: this.root.clientHeight || 1 };
  }

  // The stack

  get count() {
    return this.frames?.count ?? 1;
  }

  isAtOwn() {
    return !this.details || this.at === this.details.stack.own;
  }

  // The picture of the place that is looked at; null where it is not indexed.
  get pictureHere() {
    return this.details ? this.details.stack.pictures[this.at] : this.tile?.id ?? null;
  }

  scroll(steps) {
    if (this.goTo(this.at + steps, Math.sign(steps))) this.told("scroll", this);
  }

  goTo(place, direction = 1) {
    const inside = Math.max(0, Math.min(this.count - 1, place));
    if (!this.frames || inside === this.at) return false;
    this.at = inside;
    const frame = this.frames.at(inside);
    if (frame) this.show(frame);
    else this.root.classList.add("waiting");
    this.frames.want(inside, direction);
    this.dropBox();
    this.told("shown", this);
    return true;
  }

  play(on = !this.timer) {
    clearInterval(this.timer);
    this.timer = null;
    if (on && this.count > 1) this.timer = setInterval(() => this.step(), CINE);
    this.told("shown", this);
  }

  // The next frame of a clip, when the one before has been seen.
  step() {
    if (this.root.classList.contains("waiting")) return;
    this.goTo((this.at + 1) % this.count);
    this.told("scroll", this);
  }

  // Pointer

  begin(kind, point) {
    if (!this.isDrawing || kind !== "main" || !this.frame) return;
    this.from = onPicture(this.camera, point, this.size(), this.frame);
  }

  drag(kind, step) {
    if (this.isDrawing && kind === "main") return this.drawTo(step);
    if (kind === "pan" || !this.frame?.grey) {
      return this.look({ camera: moved(this.camera, step.dx, step.dy, this.size()) });
    }
    const own = ownWindow(this.frame);
    const now = this.shownWindow;
    const unit = Math.max(own.width, 1) / DRAG;
    this.setWindow(now.center + step.dy * unit, now.width + step.dx * unit);
  }

  drawTo(point) {
    if (!this.frame || !this.from) return;
    const to = onPicture(this.camera, point, this.size(), this.frame);
    const inside = (share) => Math.max(0, Math.min(1, share));
    const [xs, ys] = [[this.from.x, to.x], [this.from.y, to.y]].map((pair) => pair.map(inside));
    this.setBox({
      left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys),
    });
  }

  setBox(box) {
    this.box = box;
    const { left, top, right, bottom } = box ?? WHOLE;
    this.boxMark.hidden = !box;
    Object.assign(this.boxMark.style, {
      left: `${100 * left}%`, top: `${100 * top}%`,
      width: `${100 * (right - left)}%`, height: `${100 * (bottom - top)}%`,
    });
  }

  dropBox() {
    this.setBox(null);
    this.from = null;
  }

  draws(on) {
    this.isDrawing = on;
    this.root.classList.toggle("drawing", on);
    this.dropBox();
  }

  setHeat(heat, look) {
    this.heat = heat;
    if (heat) drawHeat(this.heatCanvas, heat, look);
    this.heatCanvas.hidden = !heat || !this.isAtOwn();
  }

  // What is written in the corners

  hover(point) {
    this.pointed = point;
    this.corners[1].textContent = this.valueText();
  }

  valueText() {
    if (!this.pointed || !this.frame) return "";
    const { x, y } = onPicture(this.camera, this.pointed, this.size(), this.frame);
    if (x < 0 || y < 0 || x >= 1 || y >= 1) return "";
    const [column, row] = [Math.floor(x * this.frame.columns), Math.floor(y * this.frame.rows)];
    const value = valueAt(this.frame, row, column);
    if (value === null) return "";
    return said(this.words.value, { value: short(value), x: column, y: row });
  }

  tell() {
    const { words, frame, camera } = this;
    const [nw, ne, sw, se] = this.corners;
    nw.textContent = this.tile?.caption ?? "";
    ne.textContent = this.valueText();
    sw.textContent = this.count > 1 ? this.placeText() : "";
    const shown = this.shownWindow;
    const scale = frame ? corner(camera, this.size(), frame).scale : 1;
    const zoom = frame ? said(words.zoom, { n: Math.round(100 * scale) }) : "";
    const levels = shown
      ? said(words.window, { center: short(shown.center), width: short(shown.width) }) : "";
    se.textContent = [levels, zoom].filter(Boolean).join("  ");
  }

  placeText() {
    const { stack } = this.details;
    const isClip = stack.along.every((along) => along === null);
    const said_ = said(isClip ? this.words.frame : this.words.slice, { n: this.at + 1, all: this.count });
    const here = stack.pictures[this.at];
    const mark = this.isAtOwn() ? this.words.theHit : here !== null ? this.words.indexed : "";
    const along = stack.along[this.at];
    return [said_, along === null ? "" : `${along.toFixed(1)} mm`, mark].filter(Boolean).join(" · ");
  }

  close() {
    this.play(false);
    this.opening?.abort();
    this.frames?.close();
    this.frames = null;
    this.details = null;
    this.dropBox();
    this.setHeat(null);
    this.root.classList.remove("painted", "drawing");
  }

  remove() {
    this.close();
    this.listening.abort();
    this.root.remove();
  }
}

function remarks({ step, mirrored }, words) {
  return [
    ...(step > 1 ? [said(words.reduced, { n: step })] : []),
    ...(mirrored ? [words.mirrored] : []),
  ];
}

function short(value) {
  const size = Math.abs(value);
  return size >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(3);
}
