// Fetches frames: what is looked at first, then its neighbours; keeps the last ones in memory.

import { readFrame } from "./window.js";

const MOST_KEPT = 256 * 2 ** 20; // bytes, of all pictures together
const AT_ONCE = 3;
const AHEAD = 6;
const BEHIND = 2;
const AGAIN = 600; // ms until a busy server is asked again
const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-"); // says nothing but which tab asks

const kept = new Map(); // key -> frame; the last one that was shown comes last
let keptBytes = 0;

// Why there is no frame: `code` names a text of the page, `reason` is a sentence of the server.
export class Problem extends Error {
  constructor(code, reason = "") {
    super(reason);
    this.code = code;
  }
}

export async function ask(address, signal) {
  let answer;
  try {
    answer = await fetch(address, { signal, cache: "no-store", headers: { "X-Radseek-Tab": TAB } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem("offline");
  }
  if (answer.ok) return answer;
  if ([401, 403].includes(answer.status)) throw new Problem("login");
  const told = await answer.json().catch(() => ({}));
  throw new Problem(told.code ?? "unavailable", told.reason ?? "");
}

// One frame, asked for until the server has time for it.
async function fetchFrame(address, signal, onProblem = () => {}) {
  for (;;) {
    try {
      const answer = await ask(address, signal);
      return readFrame(await answer.arrayBuffer());
    } catch (error) {
      if (!["busy", "offline"].includes(error.code)) throw error;
      onProblem(error);
      await pause(AGAIN, signal);
    }
  }
}

function keptFrame(key) {
  const frame = kept.get(key);
  if (frame) {
    kept.delete(key);
    kept.set(key, frame);
  }
  return frame;
}

function keepFrame(key, frame) {
  if (kept.has(key)) return;
  kept.set(key, frame);
  keptBytes += frame.bytes;
  for (const [oldest, { bytes }] of kept) {
    if (keptBytes <= MOST_KEPT || oldest === key) break;
    kept.delete(oldest);
    keptBytes -= bytes;
  }
}

// The frames of one stack. `arrived(place, frame)` is called for each, `failed(place, problem)` once.
export class Frames {
  constructor(id, stack, arrived, failed) {
    Object.assign(this, { id, stack, arrived, failed });
    this.underway = new Map(); // place -> AbortController
    this.wanted = [];
    this.broken = new Map(); // place -> problem
  }

  get count() {
    return this.stack.pictures.length;
  }

  key(place) {
    return `${this.stack.version} ${place}`;
  }

  at(place) {
    return keptFrame(this.key(place));
  }

  // Asks for this place and those that come next in this direction; others are not waited for.
  want(place, direction = 1) {
    const ahead = Array.from({ length: AHEAD }, (_, at) => place + direction * (at + 1));
    const behind = Array.from({ length: BEHIND }, (_, at) => place - direction * (at + 1));
    const inside = (at) => at >= 0 && at < this.count;
    this.wanted = [place, ...ahead, ...behind].filter(inside);
    for (const [at, asked] of this.underway) if (!this.wanted.includes(at)) asked.abort();
    if (this.broken.has(place)) this.failed(place, this.broken.get(place));
    this.next();
  }

  next() {
    const missing = this.wanted.filter(
      (at) => !this.underway.has(at) && !this.broken.has(at) && !kept.has(this.key(at)));
    for (const place of missing.slice(0, AT_ONCE - this.underway.size)) this.fetch(place);
  }

  async fetch(place) {
    const asked = new AbortController();
    this.underway.set(place, asked);
    const address = `api/values/${this.id}?place=${place}&stack=${this.stack.version}`;
    const told = (problem) => place === this.wanted[0] && this.failed(place, problem);
    try {
      const frame = await fetchFrame(address, asked.signal, told);
      keepFrame(this.key(place), frame);
      this.arrived(place, frame);
    } catch (problem) {
      if (!asked.signal.aborted) this.fail(place, problem);
    } finally {
      this.underway.delete(place);
      this.next();
    }
  }

  fail(place, problem) {
    this.broken.set(place, problem);
    if (place === this.wanted[0]) this.failed(place, problem);
  }

  close() {
    this.wanted = [];
    for (const asked of this.underway.values()) asked.abort();
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
