// The heat map of a hit, in the colours of imaging/heat.py, laid over the picture.

// Draws a map, rows of values, into a canvas of one pixel a region.
export function drawHeat(canvas, heat, look) {
  const most = largest(heat);
  [canvas.height, canvas.width] = [heat.length, heat[0].length];
  const shares = heat.flat().map((value) => (most ? value / most : 0));
  put(canvas, shares, look);
}

// The colours from the largest value, at the top, to the lowest.
export function drawScale(canvas, heat, look) {
  const most = largest(heat) || 1;
  const [high, low] = [Math.max(0, ...heat.flat()) / most, Math.min(0, ...heat.flat()) / most];
  [canvas.height, canvas.width] = [64, 1];
  const shares = Array.from({ length: 64 }, (_, at) => high + ((low - high) * at) / 63);
  put(canvas, shares, look);
}

export function largest(heat) {
  return heat.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function put(canvas, shares, look) {
  const pixels = new Uint8ClampedArray(shares.length * 4);
  shares.forEach((share, at) => {
    const colour = between(share < 0 ? look.against : look.for, Math.abs(share));
    pixels.set([...colour, Math.round(255 * look.opaque * Math.abs(share))], 4 * at);
  });
  canvas.getContext("2d").putImageData(new ImageData(pixels, canvas.width), 0, 0);
}

function between(table, share) {
  const place = share * (table.length - 1);
  const below = Math.min(Math.floor(place), table.length - 2);
  return table[below].map((from, channel) =>
    from + (table[below + 1][channel] - from) * (place - below));
}
