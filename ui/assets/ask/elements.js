// Elements with their texts as text: nothing that is given here can become markup.

export function element(name, className, properties = {}) {
  const made = document.createElement(name);
  made.className = className;
  if (name === "button") made.type = "button";
  return Object.assign(made, properties);
}

export function button(className, label, text, act) {
  const made = element("button", className, { textContent: text, title: label, onclick: act });
  made.setAttribute("aria-label", label);
  return made;
}

// A thumbnail, or the region of one; sides are left, top, right, bottom as shares of the picture.
export function thumbnail(src, sides) {
  const frame = element("span", "thumb");
  const image = element("img", "", { src, alt: "", decoding: "async" });
  frame.append(image);
  if (sides) image.onload = () => crop(frame, image, sides);
  return frame;
}

const SIDE = 32; // pixels; the height of a thumbnail in style.css

function crop(frame, image, [left, top, right, bottom]) {
  const width = (right - left) * image.naturalWidth;
  const height = (bottom - top) * image.naturalHeight;
  const scale = Math.min((2 * SIDE) / width, SIDE / height);
  const place = (value, share) => `${-share * value * scale}px`;
  frame.classList.add("region");
  frame.style.width = `${width * scale}px`;
  frame.style.height = `${height * scale}px`;
  image.style.width = `${image.naturalWidth * scale}px`;
  image.style.height = `${image.naturalHeight * scale}px`;
  image.style.marginLeft = place(image.naturalWidth, left);
  image.style.marginTop = place(image.naturalHeight, top);
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
