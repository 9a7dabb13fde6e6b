// The points of the map, fetched once for each state of it.

const ID = Float64Array.BYTES_PER_ELEMENT;
const PLACE = 2 * Float32Array.BYTES_PER_ELEMENT;

export class Points {
  constructor() {
    Object.assign(this, { ids: new Float64Array(), places: new Float32Array() });
    Object.assign(this, { codes: new Uint8Array(), from: "", coloured: "" });
  }

  get length() {
    return this.ids.length;
  }

  // Fetches what is not here yet. False: something newer was asked for meanwhile.
  async load(points, colours) {
    this.wanted = `${points} ${colours}`;
    const wanted = this.wanted;
    const [places, codes] = await Promise.all([
      points === this.from ? null : fetched(points),
      colours === this.coloured ? null : fetched(colours),
    ]);
    if (this.wanted !== wanted) return false;
    if (places) this.take(places);
    if (codes) this.codes = new Uint8Array(codes);
    Object.assign(this, { from: points, coloured: colours });
    return true;
  }

  take(bytes) {
    const count = bytes.byteLength / (ID + PLACE);
    this.ids = new Float64Array(bytes, 0, count);
    this.places = new Float32Array(bytes, count * ID, 2 * count);
  }

  // The point nearest to a place of the map that is shown, no farther than `most`; else -1.
  nearest([x, y], most, isShown) {
    let [best, found] = [most * most, -1];
    for (let at = 0; at < this.length; at += 1) {
      const away = (this.places[2 * at] - x) ** 2 + (this.places[2 * at + 1] - y) ** 2;
      if (away < best && isShown(at)) [best, found] = [away, at];
    }
    return found;
  }
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.arrayBuffer();
}
