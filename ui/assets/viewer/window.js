// Turns stored values into what a screen shows, exactly as imaging/display.py does on the server:
// DICOM PS3.3 C.11.1 (modality), C.11.2.1.2 and C.11.2.1.3 (windows), C.7.5.1.1.2 (padding).
// Pure functions: nothing here knows of the page.

import { stretch } from "./stretch.js";

const KINDS = {
  u1: Uint8Array, i2: Int16Array, u2: Uint16Array, f4: Float32Array, f8: Float64Array,
};
const LENGTH_BYTES = 4;
const OPAQUE = 0xff000000;
const WHITE = 255;

// One frame as ui/viewer/frame_bytes.py packs it: its header with the values and the graphics.
export function readFrame(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, LENGTH_BYTES, length));
  const header = JSON.parse(text);
  const { rows, columns, samples, kind } = header;
  const values = new KINDS[kind](buffer, LENGTH_BYTES + length, rows * columns * samples);
  const after = LENGTH_BYTES + length + values.byteLength;
  const graphics = header.graphics ? new Uint8Array(buffer, after) : null;
  return { ...header, values, graphics, bytes: buffer.byteLength };
}

// The picture in red, green, blue and opacity: width * height * 4 bytes.
// `window` null is the file's own; `inverted` turns it around; `graphics` are drawn white.
export function paint(frame, { window = null, inverted = false, graphics = false } = {}) {
  const isPlain = frame.height === frame.rows && frame.width === frame.columns;
  if (isPlain && isCounted(frame) && !(graphics && frame.graphics)) {
    return lookedUp(frame, levelTable(frame, shader(frame, window, inverted)));
  }
  const channels = frame.grey
    ? [greyLevels(frame, window, inverted)]
    : colours(frame, inverted);
  if (graphics && frame.graphics) channels.forEach((each) => draw(each, frame.graphics));
  const [red, green, blue] = channels.map((each) => stretch(each, frame));
  return joined(red, green ?? red, blue ?? red);
}

// The window that the file is shown by before anybody moves it: that of a table is its range.
export function ownWindow(frame) {
  if (!frame.grey) return null;
  const { own } = frame.grey;
  if (!own.entries) return own;
  const width = Math.max(own.entries.length, 1);
  return { center: own.first + width / 2, width, function: "LINEAR" };
}

// Another center and width, by the function of the file where that is a curve of its own.
export function movedWindow(own, center, width) {
  const least = own.function === "LINEAR" ? 1 : Number.MIN_VALUE;
  return { center, width: Math.max(width, least), function: own.function };
}

// What the pixel says, in the units of its modality; null for colours and padding.
export function valueAt(frame, row, column) {
  if (!frame.grey) return null;
  const stored = frame.values[row * frame.columns + column];
  if (isHidden(stored, frame.grey.padding)) return null;
  return modality(frame.grey.modality, stored);
}

function greyLevels(frame, window, inverted) {
  const shade = shader(frame, window, inverted);
  if (!isCounted(frame)) return Uint8Array.from(frame.values, shade);
  const [low] = range(frame);
  const table = levelTable(frame, shade);
  const levels = new Uint8Array(frame.values.length);
  for (let at = 0; at < levels.length; at += 1) levels[at] = table[frame.values[at] - low];
  return levels;
}

// What a stored value is shown as, 0 to 255.
function shader({ grey }, window, inverted) {
  const padding = window ? grey.padding : grey.ownPadding;
  return (stored) => {
    if (isHidden(stored, padding)) return 0;
    const level = to8Bit(visible(window ?? grey.own, modality(grey.modality, stored)));
    return grey.inverted !== inverted ? WHITE - level : level;
  };
}

// Whether its greys are integers, of which each level is shaded once and the pixels looked up.
function isCounted({ grey, values }) {
  return grey !== null && !(values instanceof Float32Array || values instanceof Float64Array);
}

function levelTable(frame, shade) {
  const [low, high] = range(frame);
  const table = new Uint8Array(high - low + 1);
  for (let at = 0; at < table.length; at += 1) table[at] = shade(low + at);
  return table;
}

// The way of most pictures, in one pass: a large one has to follow the pointer, too.
function lookedUp(frame, table) {
  const { values } = frame;
  const [low] = range(frame);
  const colours = Uint32Array.from(table, (level) => OPAQUE | (level * 0x010101));
  const pixels = new Uint32Array(values.length);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = colours[values[at] - low];
  return new Uint8ClampedArray(pixels.buffer);
}

function range(frame) {
  if (!frame.range) {
    let [low, high] = [frame.values[0], frame.values[0]];
    for (const value of frame.values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    frame.range = [low, high];
  }
  return frame.range;
}

function isHidden(stored, padding) {
  if (!Number.isFinite(stored)) return true;
  return padding !== null && stored >= padding[0] && stored <= padding[1];
}

function modality(stage, stored) {
  if (stage.entries) return lookUp(stage, stored);
  return stored * stage.slope + stage.intercept;
}

function visible(stage, value) {
  if (stage.entries) return Math.min(lookUp(stage, value) / (2 ** stage.bits - 1), 1);
  const { center, width } = stage;
  if (stage.function === "SIGMOID") return sigmoid((4 * (value - center)) / width);
  if (stage.function === "LINEAR_EXACT") return ramp(value, center, width);
  return ramp(value, center - 0.5, width - 1);
}

function lookUp(table, value) {
  const place = Math.max(0, Math.min(table.entries.length - 1, rint(finite(value)) - table.first));
  return table.entries[place];
}

function ramp(value, center, width) {
  if (width === 0) return value > center ? 1 : 0;
  return Math.max(0, Math.min(1, (value - center) / width + 0.5));
}

function sigmoid(exponent) {
  return 1 / (1 + Math.exp(-Math.max(-60, Math.min(60, exponent))));
}

function to8Bit(shown) {
  return rint(finite(shown) * WHITE);
}

function finite(value) {
  return Number.isNaN(value) ? 0 : value;
}

// To the nearest integer; halves to the even one, as NumPy does.
export function rint(value) {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function colours({ values }, inverted) {
  return [0, 1, 2].map((channel) => {
    const picked = new Uint8Array(values.length / 3);
    for (let at = 0; at < picked.length; at += 1) {
      const level = values[3 * at + channel];
      picked[at] = inverted ? WHITE - level : level;
    }
    return picked;
  });
}

// A bit for each pixel, the most significant first.
function draw(levels, bits) {
  for (let at = 0; at < levels.length; at += 1) {
    if (bits[at >> 3] & (0x80 >> (at & 7))) levels[at] = WHITE;
  }
}

function joined(red, green, blue) {
  const pixels = new Uint32Array(red.length); // a byte each: red is the lowest, on every machine
  for (let at = 0; at < red.length; at += 1) {
    pixels[at] = OPAQUE | (blue[at] << 16) | (green[at] << 8) | red[at];
  }
  return new Uint8ClampedArray(pixels.buffer);
}
