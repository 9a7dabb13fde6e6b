// The drawer: one picture with all that is known of it, or some beside each other.

import { chooseBoard } from "../shared/boards.js";
import { element, said } from "../shared/elements.js";
import { Comparison } from "./compare.js";
import { showFacts } from "./facts.js";
import { Problem, ask } from "./frames.js";
import { drawScale, largest } from "./heat.js";
import { actOf, keyList } from "./keys.js";
import { Pane } from "./pane.js";
import { makeScroller, makeToolbar, showPresets, showScroller } from "./toolbar.js";

const FASTER = 10; // slices of Page up and Page down
const MOST_DETAILS = 60;
const ASKING = new Set(
  ["similar", "series", "region", "liked", "disliked", "keep", "heat", "previousHit", "nextHit"]);
const LEAST_BOX = 0.02; // of a side; less is a slip of the hand

export class Drawer {
  constructor(room, words) {
    this.words = words;
    this.known = new Map(); // id and version -> details
    this.build(room);
    this.pane = new Pane(words, (what) => this.hear(what));
    this.comparison = new Comparison(this);
    this.stage.prepend(this.pane.root);
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.dialog.addEventListener("click", (event) => this.onClick(event));
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.dialog.addEventListener("close", () => this.closed());
    this.scroller.addEventListener("input", ({ target }) => this.scrollTo(Number(target.value)));
  }

  build(room) {
    const { words } = this;
    this.dialog = element("dialog", "viewer");
    this.dialog.tabIndex = -1;
    this.toolbar = makeToolbar(words);
    this.stage = element("div", "stage");
    this.presets = element("div", "presets");
    this.presets.setAttribute("role", "group");
    this.presets.setAttribute("aria-label", words.presets);
    this.scroller = makeScroller(words);
    this.legend = this.makeLegend();
    this.regionBar = this.makeRegionBar();
    this.panel = element("aside", "panel");
    this.panel.setAttribute("aria-label", words.panel);
    this.panel.tabIndex = 0;
    this.help = element("div", "help");
    this.help.hidden = true;
    this.help.append(element("h3", "", words.help), keyList(words));
    this.stage.append(this.legend, this.regionBar, this.help);
    this.standing = element("p", "standing", words.standing);
    const below = element("div", "below");
    below.append(this.presets, this.scroller);
    const left = element("div", "left");
    left.append(this.stage, below);
    this.body = element("div", "body");
    this.body.append(left, this.panel);
    this.dialog.append(this.toolbar, this.body, this.standing);
    room.replaceChildren(this.dialog);
  }

  makeLegend() {
    const legend = element("div", "legend");
    this.scale = element("canvas", "scale");
    this.legendText = element("p", "");
    legend.hidden = true;
    legend.setAttribute("role", "status");
    legend.append(this.scale, this.legendText);
    return legend;
  }

  makeRegionBar() {
    const bar = element("div", "region-bar");
    this.regionText = element("span", "", this.words.regionHint);
    this.regionGo = element("button", "primary", this.words.regionGo);
    this.regionGo.dataset.act = "regionGo";
    const leave = element("button", "", this.words.regionCancel);
    leave.dataset.act = "regionLeave";
    bar.hidden = true;
    bar.append(this.regionText, this.regionGo, leave);
    return bar;
  }

  // What the script has told last.
  renew(data, tell) {
    Object.assign(this, { hits: data.hits, data, tell });
    if (!this.dialog.open || !this.tile) return;
    this.tile = this.tileOf(this.tile.id);
    this.showTools();
  }

  tileOf(id) {
    const known = this.hits.find((tile) => tile.id === id);
    if (known) return known;
    const label_ = said(this.words.picture, { id });
    return { id, src: `api/thumb/${id}`, label: label_, caption: "", score: "", badges: [], mark: "" };
  }

  // Opening and closing

  open(id) {
    this.show();
    this.comparison.close();
    this.look(this.tileOf(id));
  }

  // The focus is on the drawer itself: a button that is switched off would lose it, and the keys.
  show() {
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.focus();
  }

  look(tile) {
    this.tile = tile;
    this.leaveRegion();
    this.hideHeat();
    this.help.hidden = true;
    this.panel.replaceChildren();
    this.panel.scrollTop = 0;
    const details = this.detailsOf(tile);
    this.pane.open(tile, details);
    this.showTools();
    details.then((known) => this.showDetails(tile, known), () => {});
  }

  showDetails(tile, details) {
    if (this.tile?.id !== tile.id) return;
    showFacts(this.panel, details, tile, this.words);
    this.showTools();
  }

  detailsOf({ id, src }) {
    const key = `${id} ${src}`;
    if (!this.known.has(key)) {
      const asked = ask(`api/details/${id}`).then((answer) => answer.json());
      asked.catch(() => this.known.delete(key));
      this.known.set(key, asked);
      if (this.known.size > MOST_DETAILS) this.known.delete(this.known.keys().next().value);
    }
    return this.known.get(key);
  }

  close() {
    this.dialog.close();
  }

  closed() {
    const id = this.tile?.id;
    this.comparison.close();
    this.pane.close();
    this.hideHeat();
    this.leaveRegion();
    document.dispatchEvent(new CustomEvent("radseek:closed", { detail: { id } }));
  }

  compareAll(ids) {
    this.show();
    this.tile = this.tileOf(ids[0]);
    this.comparison.open(ids.map((id) => this.tileOf(id)), []);
  }

  // What the panes tell

  hear(what) {
    if (what === "box") this.regionGo.disabled = !this.boxIsDrawn();
    if (["shown", "window"].includes(what)) this.showLooks();
  }

  get active() {
    return this.comparison.isOpen ? this.comparison.active : this.pane;
  }

  // What the buttons say

  showTools() {
    const { words, tile } = this;
    if (!tile) return;
    const at = this.hitAt();
    this.dialog.setAttribute("aria-label", tile.label);
    if (!this.dialog.contains(this.dialog.getRootNode().activeElement)) this.dialog.focus();
    this.button("previousHit").disabled = at <= 0;
    this.button("nextHit").disabled = at < 0 || at >= this.hits.length - 1;
    this.toolbar.querySelector(".where").textContent =
      at < 0 ? "" : said(words.hitOf, { n: at + 1, all: this.hits.length });
    for (const mark of ["liked", "disliked"]) {
      this.button(mark).setAttribute("aria-pressed", tile.mark === mark);
    }
    this.showLooks();
  }

  // In a comparison there is no one picture to ask with.
  canAsk() {
    return !this.comparison.isOpen;
  }

  showLooks() {
    const pane = this.active;
    if (!pane) return;
    const isGrey = Boolean(pane.frame?.grey);
    showPresets(this.presets, pane.details, isGrey, pane.window, this.words);
    showScroller(this.scroller, pane, this.words);
    this.press("invert", pane.inverted);
    this.press("overlays", pane.graphics);
    this.button("overlays").disabled = !pane.frame?.graphics;
    this.legend.hidden = !this.heatIsOn;
    if (this.heatIsOn && pane.heat) this.sayHeat();
  }

  button(act) {
    return this.toolbar.querySelector(`[data-act="${act}"]`);
  }

  press(act, isOn) {
    this.button(act).setAttribute("aria-pressed", Boolean(isOn));
  }

  hitAt() {
    return this.hits.findIndex(({ id }) => id === this.tile?.id);
  }

  // What is done

  onKey(event) {
    if (event.composedPath().some((each) => each !== this.dialog && each.nodeName === "DIALOG")) return;
    const asked = actOf(event);
    if (!asked) return;
    event.preventDefault();
    event.stopPropagation();
    this.act(asked.act, asked.number);
  }

  onClick(event) {
    const button = event.composedPath().find((each) => each.dataset?.act || each.dataset?.preset);
    if (event.target === this.dialog) return this.close();
    if (!button || button.disabled) return;
    if (button.dataset.preset) return this.act("preset", Number(button.dataset.preset) + 1);
    this.act(button.dataset.act);
  }

  act(name, number) {
    const button = this.button(name);
    if (button?.disabled || (ASKING.has(name) && !this.canAsk())) return;
    this.acts[name]?.(number);
  }

  get acts() {
    const pane = this.active;
    const { id } = this.tile ?? {};
    return {
      close: () => this.close(),
      escape: () => this.escape(),
      previousHit: () => this.toHit(-1),
      nextHit: () => this.toHit(1),
      sliceBack: () => pane.scroll(-1),
      sliceOn: () => pane.scroll(1),
      slicesBack: () => pane.scroll(-FASTER),
      slicesOn: () => pane.scroll(FASTER),
      toHit: () => pane.details && pane.scroll(pane.details.stack.own - pane.at),
      play: () => pane.play(),
      preset: (wanted) => this.choose(pane, wanted),
      invert: () => pane.look({ inverted: !pane.inverted }),
      overlays: () => pane.look({ graphics: !pane.graphics }),
      zoomIn: () => pane.zoomBy(1.25),
      zoomOut: () => pane.zoomBy(0.8),
      fit: () => pane.look({ camera: { zoom: 1, x: 0, y: 0 } }),
      actual: () => pane.toActual(),
      reset: () => pane.reset(),
      heat: () => this.toggleHeat(),
      region: () => (this.regionBar.hidden ? this.beginRegion() : this.leaveRegion()),
      regionGo: () => this.searchRegion(),
      regionLeave: () => this.leaveRegion(),
      help: () => (this.help.hidden = !this.help.hidden),
      similar: () => this.leaveWith("similar", this.pictureToAsk()),
      series: () => this.leaveWith("series", id),
      liked: () => this.tell("liked", id),
      disliked: () => this.tell("disliked", id),
      keep: () => this.keep(),
      compare: () => this.comparison.toggle(),
      link: () => this.comparison.toggleLink(),
    };
  }

  // Esc takes away what is on top.
  escape() {
    if (!this.help.hidden) this.help.hidden = true;
    else if (!this.regionBar.hidden) this.leaveRegion();
    else if (this.comparison.isOpen && this.comparison.isFromPicture) this.comparison.toggle();
    else this.close();
  }

  toHit(step) {
    const next = this.hits[this.hitAt() + step];
    if (next) this.look(next);
  }

  choose(pane, number) {
    const { center, width } = [{ center: null }, ...(pane.details?.presets ?? [])][number - 1] ?? {};
    if (center === undefined || !pane.frame?.grey) return;
    pane.look({ window: center === null ? null : { center, width, function: "LINEAR" } });
  }

  scrollTo(place) {
    this.active.scroll(place - this.active.at);
  }

  // The slice that is looked at is asked with, where it is indexed; else the hit.
  pictureToAsk() {
    return this.active.pictureHere ?? this.active.tile?.id ?? this.tile.id;
  }

  leaveWith(name, value) {
    this.close();
    this.tell(name, value);
  }

  keep() {
    const words = { ...this.words, keepOn: this.words.keep };
    const then = (board) => this.tell("keep", { id: this.pictureToAsk(), board });
    chooseBoard(this.dialog, this.button("keep"), this.data.boards, words, then);
  }

  // A region to search by

  beginRegion() {
    const canAsk = this.pane.pictureHere !== null;
    this.regionText.textContent = canAsk ? this.words.regionHint : this.words.regionNotIndexed;
    this.regionGo.disabled = true;
    this.regionBar.hidden = false;
    this.pane.draws(canAsk);
    this.press("region", true);
  }

  leaveRegion() {
    this.regionBar.hidden = true;
    this.pane.draws(false);
    this.press("region", false);
  }

  boxIsDrawn() {
    const { box } = this.pane;
    return box && box.right - box.left >= LEAST_BOX && box.bottom - box.top >= LEAST_BOX;
  }

  searchRegion() {
    if (!this.boxIsDrawn()) return;
    const asked = { id: this.pane.pictureHere, ...this.pane.box };
    this.leaveWith("region", asked);
  }

  // The heat map

  toggleHeat() {
    if (this.heatIsOn) this.hideHeat();
    else this.showHeat();
  }

  hideHeat() {
    this.heatIsOn = false;
    this.heatAsked?.abort();
    this.pane.setHeat(null);
    this.legend.hidden = true;
    this.press("heat", false);
  }

  async showHeat() {
    const { words, tile } = this;
    const { address } = this.data.heat;
    this.heatIsOn = true;
    this.press("heat", true);
    this.legend.hidden = false;
    this.scale.hidden = true;
    const isAsked = this.data.query.isGiven;
    this.legendText.textContent = address ? words.heatWaiting : isAsked ? words.heatHeld : words.heatNone;
    if (!address) return;
    this.heatAsked = new AbortController();
    const { signal } = this.heatAsked;
    try {
      const answer = await ask(`api/heat/${tile.id}?${address}`, signal);
      this.explained = await answer.json();
      this.pane.setHeat(this.explained.heat, this.data.heat);
      this.sayHeat();
    } catch (problem) {
      if (!signal.aborted) this.legendText.textContent = problemText(problem, words);
    }
  }

  sayHeat() {
    const { words, explained } = this;
    const isHere = this.pane.isAtOwn();
    this.scale.hidden = !isHere;
    drawScale(this.scale, explained.heat, this.data.heat);
    const high = largest(explained.heat).toFixed(4);
    this.legendText.textContent = isHere
      ? said(words.heatOf, { score: explained.score.toFixed(2), high }) : words.heatElsewhere;
  }
}

function problemText(problem, words) {
  if (!(problem instanceof Problem)) return words.unavailable;
  return problem.message || (words[problem.code] ?? words.unavailable);
}

