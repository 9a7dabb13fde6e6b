// Where the map is looked at from. The map reaches from -1 to 1 in both directions.

const CLOSEST = 400; // times as near as when all is shown
const MARGIN = 0.94; // share of the field that all of the map fills

export class Camera {
  constructor() {
    Object.assign(this, { x: 0, y: 0, near: 1, width: 1, height: 1 });
  }

  fit() {
    Object.assign(this, { x: 0, y: 0, near: 1 });
  }

  // Pixels of one unit of the map.
  get scale() {
    return (Math.min(this.width, this.height) / 2) * MARGIN * this.near;
  }

  toScreen([x, y]) {
    return [(x - this.x) * this.scale + this.width / 2, this.height / 2 - (y - this.y) * this.scale];
  }

  toMap([left, top]) {
    return [
      (left - this.width / 2) / this.scale + this.x,
      (this.height / 2 - top) / this.scale + this.y,
    ];
  }

  move(right, down) {
    this.x = clamp(this.x - right / this.scale);
    this.y = clamp(this.y + down / this.scale);
  }

  // What is under a place of the screen stays there.
  zoom(times, at) {
    const [x, y] = this.toMap(at);
    this.near = Math.min(CLOSEST, Math.max(0.5, this.near * times));
    const [now, then] = [this.toMap(at), [x, y]];
    this.x = clamp(this.x + then[0] - now[0]);
    this.y = clamp(this.y + then[1] - now[1]);
  }

  // The corners of what is seen.
  seen() {
    const [left, top] = this.toMap([0, 0]);
    const [right, bottom] = this.toMap([this.width, this.height]);
    return [[left, top], [right, top], [right, bottom], [left, bottom]];
  }
}

function clamp(value) {
  return Math.min(1.5, Math.max(-1.5, value));
}
