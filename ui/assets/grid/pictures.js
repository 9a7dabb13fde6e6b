// The pictures of the tiles. Many come in one answer: a request for each costs the server, and the
// browser, several times what the search does.

const AT_ONCE = 30; // about as many as are in sight
const MOST_KEPT = 600;

const kept = new Map(); // by the address of the thumbnail alone, which changes with the picture

// Shows the thumbnails of cells, whose `tile.src` names them; one that is none is marked.
export function showPictures(pairs) {
  for (const { cell, tile } of pairs) if (kept.has(tile.src)) put(cell, tile.src);
  const wanted = pairs.filter(({ tile }) => !kept.has(tile.src));
  for (let at = 0; at < wanted.length; at += AT_ONCE) ask(wanted.slice(at, at + AT_ONCE));
}

async function ask(wanted) {
  const ids = wanted.map(({ tile }) => tile.id).join(",");
  const answer = await fetch(new URL(`api/thumbs?ids=${ids}`, document.baseURI)).catch(() => null);
  const pictures = answer?.ok ? read(await answer.arrayBuffer()) : [];
  wanted.forEach(({ cell, tile }, at) => {
    keep(tile.src, pictures[at]);
    put(cell, tile.src);
  });
}

// An answer is the length of its header, the header, which has the length of each picture, and all
// pictures; one that is not there has no length.
function read(bytes) {
  const begin = 4 + new DataView(bytes).getUint32(0, true);
  const lengths = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, begin - 4)));
  let at = begin;
  return lengths.map((length) => {
    at += length;
    return length ? new Blob([new Uint8Array(bytes, at - length, length)], { type: "image/webp" }) : null;
  });
}

function keep(address, picture) {
  if (picture) kept.set(address, picture);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
}

// The tile may show another picture by now.
function put(cell, address) {
  if (cell.dataset.src !== address) return;
  const image = cell.querySelector("img");
  const picture = kept.get(address);
  if (!picture) return cell.classList.add("missing");
  image.onload = () => {
    cell.classList.add("loaded");
    URL.revokeObjectURL(image.src);
  };
  image.src = URL.createObjectURL(picture);
}
