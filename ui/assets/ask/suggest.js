// Which words complete what is typed. A row is [text, kind, pictures, meaning, other words].

const MOST = 8;
const LONGEST = 5; // words at the end of what is typed that one suggestion may complete
const CHINESE = /[\u3400-\u9fff]/;

// The suggestions for a text, best first: each { text, kind, pictures, means }, whose text is
// what is typed with its end completed.
export function suggest(typed, rows, recent) {
  const found = new Map();
  for (const text of recentOf(typed, recent)) add(found, { text, kind: "recent" });
  for (const from of ends(typed)) {
    const end = folded(typed.slice(from));
    for (const fits of [starts, hasWord, hasOtherWord]) {
      for (const row of rows) if (fits(row, end)) add(found, made(row, typed, from));
    }
    if (found.size >= MOST) break;
  }
  return [...found.values()].slice(0, MOST);
}

function recentOf(typed, recent) {
  return recent.filter((text) => begins(text, folded(typed))).slice(0, 3);
}

// Where the last words of a text begin: the longest end first. In Chinese each sign may begin one.
function* ends(typed) {
  const places = [];
  for (const { index } of typed.matchAll(/[^\s,;:()]+/g)) places.push(index);
  const last = places.slice(-LONGEST);
  yield* last;
  const tail = typed.slice(last.at(-1));
  if (!CHINESE.test(tail)) return;
  for (let at = 1; at < tail.length; at += 1) yield last.at(-1) + at;
}

function starts([text], end) {
  return begins(text, end);
}

// A word of the text, or of its meaning; in Chinese any sign of it.
function hasWord([text, , , means], end) {
  if (CHINESE.test(end)) return folded(text).includes(end) && folded(text) !== end;
  const words = folded(`${text} ${means}`).split(/[\s-]+/);
  return end.length > 1 && words.some((word) => word.startsWith(end)) && folded(text) !== end;
}

function hasOtherWord([, , , , also], end) {
  return end.length > 2 && also.some((other) => begins(other, end) || folded(other) === end);
}

function begins(text, end) {
  const plain = folded(text);
  return end && plain.startsWith(end) && plain !== end;
}

function made([text, kind, pictures, means], typed, from) {
  return { text: typed.slice(0, from) + text, kind, pictures, means };
}

// Of several Chinese words for the same the first is enough.
function add(found, suggestion) {
  const key = suggestion.means || folded(suggestion.text);
  if (!found.has(key)) found.set(key, suggestion);
}

function folded(text) {
  return text.toLowerCase().trim();
}
