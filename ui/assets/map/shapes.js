// Areas of the map: polygons, whose corners are [x, y].

const MOST_CORNERS = 90; // the address of the page has them all

export function boxOf([x0, y0], [x1, y1]) {
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
}

// A drawn line with as many corners as an address takes.
export function thinned(corners) {
  const step = Math.ceil(corners.length / MOST_CORNERS);
  return corners.filter((_, at) => at % step === 0).map((corner) => corner.map(rounded));
}

// Whether a point lies inside: a ray to the right crosses the sides an odd time.
export function inside(area, x, y) {
  let is = false;
  for (let at = 0; at < area.length; at += 1) {
    const [x0, y0] = area[at];
    const [x1, y1] = area[(at + 1) % area.length];
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) is = !is;
  }
  return is;
}

function rounded(value) {
  return Math.round(value * 1e5) / 1e5;
}
