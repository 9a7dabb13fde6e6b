// Pictures beside each other, which move together unless the link is off.

import { element, said } from "../shared/elements.js";
import { differences } from "./facts.js";
import { iconButton } from "./icons.js";
import { placeFor, windowFor } from "./linking.js";
import { Pane } from "./pane.js";

const MOST = 4;

export class Comparison {
  constructor(drawer) {
    this.drawer = drawer;
    this.words = drawer.words;
    this.panes = [];
    this.isLinked = true;
    this.root = element("div", "comparison");
    this.row = element("div", "row");
    this.head = element("div", "comparison-head");
    this.link = element("button", "link", this.words.link);
    this.link.dataset.act = "link";
    this.link.title = this.words.linkHint;
    this.table = element("div", "differences");
    this.head.append(element("h3", "", this.words.compareTitle), this.link);
    this.root.append(this.head, this.row, this.table);
    this.root.hidden = true;
    drawer.body.before(this.root);
  }

  get isOpen() {
    return !this.root.hidden;
  }

  // From the picture that is looked at: what was asked with stands beside it.
  toggle() {
    if (this.isOpen && !this.isFromPicture) return this.drawer.close();
    if (this.isOpen) return this.back();
    const { query } = this.drawer.data;
    const asked = query.pictures.filter((id) => id !== this.drawer.tile.id);
    const tiles = [...asked.map((id) => this.drawer.tileOf(id)), this.drawer.tile];
    const others = this.drawer.hits.slice(this.drawer.hitAt() + 1);
    const missing = Math.max(0, 2 - tiles.length - query.uploads.length);
    this.open([...tiles, ...others.slice(0, missing)], query.uploads, true);
  }

  back() {
    const { tile } = this.drawer;
    this.close();
    this.drawer.look(tile);
  }

  open(tiles, uploads, isFromPicture = false) {
    this.close();
    this.isFromPicture = isFromPicture;
    this.root.hidden = false;
    this.drawer.dialog.classList.add("comparing");
    this.drawer.pane.close();
    for (const src of uploads.slice(0, MOST - 1)) this.addPlain(src);
    for (const tile of tiles.slice(-(MOST - this.panes.length))) this.add(tile);
    this.activate(this.panes[0]);
    this.showLink();
    this.showTable();
  }

  add(tile) {
    const pane = this.makePane(tile.label, tile.id);
    const details = this.drawer.detailsOf(tile);
    pane.open(tile, details);
    details.then(() => this.showTable(), () => {});
  }

  addPlain(src) {
    this.makePane(this.words.query, null).openPlain(src, this.words.query);
  }

  makePane(title, id) {
    const pane = new Pane(this.words, (what, from) => this.hear(what, from));
    const cell = element("figure", "compared");
    const caption = element("figcaption", "", id === null ? title : said(this.words.picture, { id }));
    if (this.drawer.data.query.pictures.includes(id)) caption.append(` · ${this.words.query}`);
    const away = iconButton("close", said(this.words.remove, { id: id ?? title }));
    delete away.dataset.act;
    away.addEventListener("click", () => this.take(pane));
    caption.append(away);
    cell.append(caption, pane.root);
    this.row.append(cell);
    this.panes.push(pane);
    return pane;
  }

  take(pane) {
    pane.root.parentElement.remove();
    pane.remove();
    this.panes = this.panes.filter((each) => each !== pane);
    if (this.panes.length < 2) return this.isFromPicture ? this.back() : this.drawer.close();
    if (this.active === pane) this.activate(this.panes[0]);
    this.showTable();
  }

  activate(pane) {
    this.active = pane;
    for (const each of this.panes) each.root.classList.toggle("active", each === pane);
    this.drawer.showLooks();
  }

  toggleLink() {
    this.isLinked = !this.isLinked;
    this.showLink();
  }

  showLink() {
    this.link.setAttribute("aria-pressed", this.isLinked);
  }

  hear(what, from) {
    if (what === "touched" && from !== this.active) this.activate(from);
    if (this.isLinked && !this.isFollowing) this.follow(what, from);
    if (["shown", "window"].includes(what) && from === this.active) this.drawer.showLooks();
  }

  // The others take over what was changed in one.
  follow(what, from) {
    const move = {
      window: (pane) => pane.look({ window: windowFor(from, pane), inverted: from.inverted }),
      camera: (pane) => pane.look({ camera: from.camera }),
      scroll: (pane) => pane.goTo(placeFor(from, pane), 1),
    }[what];
    if (!move) return;
    this.isFollowing = true;
    for (const pane of this.panes) if (pane !== from && pane.details && from.details) move(pane);
    this.isFollowing = false;
  }

  showTable() {
    const known = this.panes.filter(({ details }) => details);
    if (known.length < 2) return this.table.replaceChildren();
    const rows = differences(known.map(({ details }) => details), this.words);
    const table = element("table", "");
    const heads = ["", ...known.map(({ tile }) => said(this.words.picture, { id: tile.id }))];
    table.append(rowOf("th", heads), ...rows.map(([name, values]) => rowOf("td", [name, ...values])));
    const title = element("h3", "", rows.length ? this.words.differences : this.words.same);
    this.table.replaceChildren(title, ...(rows.length ? [table] : []));
  }

  close() {
    for (const pane of this.panes) pane.remove();
    this.panes = [];
    this.active = null;
    this.row.replaceChildren();
    this.root.hidden = true;
    this.drawer.dialog.classList.remove("comparing");
  }
}

function rowOf(kind, texts) {
  const row = element("tr", "");
  row.append(...texts.map((text) => element(kind, "", text)));
  return row;
}
