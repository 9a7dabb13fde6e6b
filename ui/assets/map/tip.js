// What is pointed at: its thumbnail, and what the file says of it.

import { element } from "../shared/elements.js";

const WAIT = 70; // ms that a pointer rests before anything is fetched

export class Tip {
  constructor(box) {
    this.box = box;
    this.told = new Map(); // by id
  }

  show(id, [left, top], camera, lines) {
    this.id = id;
    this.box.replaceChildren(...lines.filter(Boolean).map((line) => element("span", "", line)));
    this.box.hidden = false;
    this.box.classList.toggle("left", left > camera.width / 2);
    this.box.classList.toggle("up", top > camera.height / 2);
    this.box.style.setProperty("--left", `${left}px`);
    this.box.style.setProperty("--top", `${top}px`);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.complete(id, lines), WAIT);
  }

  hide() {
    this.id = null;
    clearTimeout(this.waiting);
    this.box.hidden = true;
  }

  async complete(id, lines) {
    if (!this.told.has(id)) this.told.set(id, ask(id));
    const told = await this.told.get(id);
    if (!told) this.told.delete(id);
    if (!told || this.id !== id) return;
    const image = element("img", "");
    image.alt = "";
    image.src = told.src;
    const said = [lines[0], told.caption || lines[1]].map((line) => element("span", "", line));
    this.box.replaceChildren(image, ...said);
  }
}

async function ask(id) {
  const answer = await fetch(`api/map/picture/${id}`).catch(() => null);
  return answer?.ok ? answer.json() : null;
}
