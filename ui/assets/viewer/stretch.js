// Makes pixels square as the server does: bilinear, in the fixed-point arithmetic of Pillow
// (src/libImaging/Resample.c), so that the two agree in every bit. One axis is stretched.

const PRECISION = 22; // bits
const HALF = 2 ** (PRECISION - 1);

// One channel (rows, columns) of the frame -> (height, width).
export function stretch(levels, { rows, columns, height, width }) {
  if (height !== rows) return stretchRows(levels, columns, weights(rows, height));
  if (width !== columns) return stretchColumns(levels, columns, weights(columns, width));
  return levels;
}

function stretchRows(levels, columns, wanted) {
  const made = new Uint8Array(wanted.length * columns);
  wanted.forEach(({ first, shares }, row) => {
    for (let column = 0; column < columns; column += 1) {
      let sum = HALF;
      for (let at = 0; at < shares.length; at += 1) {
        sum += levels[(first + at) * columns + column] * shares[at];
      }
      made[row * columns + column] = sum >> PRECISION;
    }
  });
  return made;
}

function stretchColumns(levels, columns, wanted) {
  const rows = levels.length / columns;
  const made = new Uint8Array(rows * wanted.length);
  wanted.forEach(({ first, shares }, column) => {
    for (let row = 0; row < rows; row += 1) {
      let sum = HALF;
      for (let at = 0; at < shares.length; at += 1) {
        sum += levels[row * columns + first + at] * shares[at];
      }
      made[row * wanted.length + column] = sum >> PRECISION;
    }
  });
  return made;
}

// Which of `from` places each of `to` places is made of, and what share each has; from <= to.
function weights(from, to) {
  const scale = from / to;
  return Array.from({ length: to }, (_, place) => {
    const center = (place + 0.5) * scale;
    const first = Math.max(Math.trunc(center - 0.5), 0);
    const last = Math.min(Math.trunc(center + 1.5), from);
    const near = [];
    for (let at = first; at < last; at += 1) near.push(Math.max(1 - Math.abs(at - center + 0.5), 0));
    const whole = near.reduce((sum, each) => sum + each, 0);
    return { first, shares: near.map((each) => Math.trunc(0.5 + (each / whole) * 2 ** PRECISION)) };
  });
}
