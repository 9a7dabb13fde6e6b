// The field of the map: draws the points, and what lies over them.

import { said } from "../shared/elements.js";
import { Camera } from "./camera.js";
import { drawLegend } from "./legend.js";
import { paintPoints } from "./paint.js";
import { listen } from "./pointing.js";
import { Points } from "./points.js";
import { inside } from "./shapes.js";
import { Tip } from "./tip.js";
import { drawTools } from "./tools.js";

const COLOURS = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `--rs-chart-${n}`);
const UNSTATED = "--rs-edge";
const REACH = 10; // pixels around a point in which it is pointed at

export class Plot {
  constructor(root) {
    this.root = root;
    for (const name of ["field", "points", "over", "state", "legend", "tools"]) {
      this[`${name}Element`] = root.querySelector(`.${name}`);
    }
    Object.assign(this, { camera: new Camera(), points: new Points(), mode: "move", drawn: [] });
    Object.assign(this, { area: [], hidden: new Set(), lit: new Set(), pointed: -1 });
    this.tip = new Tip(root.querySelector(".tip"));
    this.sizes = new ResizeObserver(() => this.resize());
  }

  // What the script has told last.
  show({ data, setTriggerValue: tell }) {
    Object.assign(this, { data, tell, area: data.area, lit: new Set(data.lit) });
    this.hidden = new Set(data.legend.filter(({ shown }) => !shown).map(({ code }) => code));
    this.stop?.abort();
    this.stop = new AbortController();
    this.overElement.setAttribute("aria-label", `${data.words.map}. ${data.words.help}`);
    this.overElement.setAttribute("role", "application");
    this.sizes.observe(this.fieldElement);
    document.addEventListener("radseek:theme", () => this.draw(), { signal: this.stop.signal });
    listen(this, this.stop.signal);
    drawTools(this);
    drawLegend(this);
    this.load();
  }

  rest() {
    this.stop?.abort();
    this.sizes.disconnect();
    this.tip.hide();
  }

  async load() {
    const { words, points, colours } = this.data;
    if (!this.points.length) this.say(words.loading);
    try {
      if (!(await this.points.load(points, colours))) return;
    } catch {
      this.say(words.failed);
      return;
    }
    this.say("");
    this.fieldElement.dataset.points = this.points.length;
    this.draw();
  }

  say(text) {
    this.stateElement.textContent = text;
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.fieldElement;
    Object.assign(this.camera, { width, height });
    this.tip.hide();
    const dots = window.devicePixelRatio;
    for (const canvas of [this.pointsElement, this.overElement]) {
      canvas.width = width * dots;
      canvas.height = height * dots;
    }
    this.draw();
  }

  // At most once for each frame of the screen.
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paintPoints();
      this.paintOver();
    });
  }

  drawOver() {
    this.overFrame ??= requestAnimationFrame(() => {
      this.overFrame = null;
      this.paintOver();
    });
  }

  isShown(at) {
    return !this.hidden.has(this.points.codes[at]);
  }

  // Which points lie in the area: looked at once for each area.
  selected() {
    const { area, points, known } = this;
    if (known?.area === area && known.places === points.places) return known.mask;
    const mask = new Uint8Array(points.length);
    for (let at = 0; at < points.length; at += 1) {
      mask[at] = inside(area, points.places[2 * at], points.places[2 * at + 1]) ? 1 : 0;
    }
    this.known = { area, places: points.places, mask };
    return mask;
  }

  paintPoints() {
    const style = getComputedStyle(this.fieldElement);
    const dots = window.devicePixelRatio;
    paintPoints(this.pointsElement, this.points, this.camera, {
      colours: [...COLOURS, UNSTATED].map((token) => style.getPropertyValue(token).trim()),
      hidden: this.hidden,
      selected: this.area.length ? this.selected() : null,
      isLit: this.lit.size > 0 && !this.area.length,
      size: Math.max(2, Math.round(this.size() * dots)),
      dots,
    });
  }

  // Pixels of a point: larger where there are fewer, or one is nearer.
  size() {
    const few = Math.sqrt(5_000 / Math.max(500, this.points.length));
    return Math.min(9, Math.max(1.5, 3 * few * this.camera.near ** 0.35));
  }

  paintOver() {
    const pen = clean(this.overElement);
    const style = getComputedStyle(this.fieldElement);
    pen.lineWidth = 1.5;
    pen.strokeStyle = style.getPropertyValue("--rs-strong");
    this.paintLit(pen);
    pen.strokeStyle = style.getPropertyValue("--rs-focus");
    this.outline(pen, this.drawn.length ? this.drawn : this.area);
    if (this.pointed >= 0) this.ring(pen, this.pointed, this.size() / 2 + 4);
  }

  paintLit(pen) {
    if (!this.lit.size) return;
    for (let at = 0; at < this.points.length; at += 1) {
      if (this.lit.has(this.points.ids[at])) this.ring(pen, at, this.size() / 2 + 2.5);
    }
  }

  ring(pen, at, radius) {
    const [left, top] = this.camera.toScreen(this.placeOf(at));
    pen.beginPath();
    pen.arc(left, top, radius, 0, 2 * Math.PI);
    pen.stroke();
  }

  placeOf(at) {
    return [this.points.places[2 * at], this.points.places[2 * at + 1]];
  }

  outline(pen, area) {
    if (area.length < 2) return;
    pen.beginPath();
    for (const corner of area) pen.lineTo(...this.camera.toScreen(corner));
    pen.closePath();
    pen.stroke();
  }

  // What people do

  pointAt(place) {
    const reach = REACH / this.camera.scale;
    const at = this.points.nearest(this.camera.toMap(place), reach, (each) => this.isShown(each));
    if (at === this.pointed) return;
    this.pointed = at;
    this.drawOver();
    if (at < 0) this.tip.hide();
    else this.tip.show(this.points.ids[at], place, this.camera, this.titleOf(at));
  }

  titleOf(at) {
    const entry = this.data.legend.find(({ code }) => code === this.points.codes[at]);
    return [said(this.data.words.picture, { id: this.points.ids[at] }), entry?.text ?? ""];
  }

  open() {
    if (this.pointed < 0) return;
    const detail = { id: this.points.ids[this.pointed] };
    document.dispatchEvent(new CustomEvent("radseek:open", { detail, cancelable: true }));
  }

  select(area) {
    this.area = area;
    this.drawn = [];
    this.draw();
    this.tell("area", area);
  }

  setMode(mode) {
    this.mode = mode;
    drawTools(this);
  }

  hide(codes) {
    this.hidden = codes;
    this.draw();
    drawLegend(this);
    const values = this.data.legend.filter(({ code }) => codes.has(code)).map(({ value }) => value);
    this.tell("hide", values);
  }
}

function clean(canvas) {
  const pen = canvas.getContext("2d");
  const dots = window.devicePixelRatio;
  pen.setTransform(dots, 0, 0, dots, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.globalAlpha = 1;
  return pen;
}
