// Paints the points, pixel by pixel: much faster than rectangles where no GPU helps.

const BRIGHT = 235; // alpha of a point
const UNLIT = 100; // of one where hits are lit
const DIMMED = 60; // of one that is not selected

const images = new WeakMap(); // by canvas

// `look` says of the points: their colours by code, which are hidden or selected, and their size.
export function paintPoints(canvas, points, camera, look) {
  const { width, height } = canvas;
  if (!width || !height) return;
  const pen = canvas.getContext("2d");
  const image = imageOf(canvas, pen);
  const pixels = new Uint32Array(image.data.buffer);
  pixels.fill(0);
  const bright = look.colours.map((colour) => packed(pen, colour, look.isLit ? UNLIT : BRIGHT));
  const dimmed = look.colours.map((colour) => packed(pen, colour, DIMMED));
  if (look.selected) strew(pixels, width, height, points, camera, { ...look, wanted: 0 }, dimmed);
  strew(pixels, width, height, points, camera, { ...look, wanted: 1 }, bright);
  pen.putImageData(image, 0, 0);
}

// The points that are wanted: those in the area, or those outside it; without an area all.
function strew(pixels, width, height, points, camera, look, colours) {
  const { places, codes } = points;
  const { hidden, selected, wanted, size, dots } = look;
  const scale = camera.scale * dots;
  const [left, top] = [width / 2 - camera.x * scale - size / 2, height / 2 + camera.y * scale - size / 2];
  for (let at = 0; at < codes.length; at += 1) {
    if (hidden.has(codes[at]) || (selected && selected[at] !== wanted)) continue;
    const x = Math.round(left + places[2 * at] * scale);
    const y = Math.round(top - places[2 * at + 1] * scale);
    if (x < 0 || y < 0 || x + size > width || y + size > height) continue;
    const colour = colours[codes[at]] ?? colours.at(-1);
    const end = (y + size) * width + x;
    for (let row = y * width + x; row < end; row += width) {
      for (let pixel = row; pixel < row + size; pixel += 1) pixels[pixel] = colour;
    }
  }
}

// The same image for each frame of one size.
function imageOf(canvas, pen) {
  const { width, height } = canvas;
  const kept = images.get(canvas);
  if (kept?.width === width && kept.height === height) return kept;
  const made = pen.createImageData(width, height);
  images.set(canvas, made);
  return made;
}

// A colour as a pixel of a little-endian machine has it.
function packed(pen, colour, alpha) {
  pen.fillStyle = colour;
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(pen.fillStyle).map((part) => parseInt(part, 16));
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
