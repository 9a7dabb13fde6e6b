// Where a picture lies in its pane, and how large. Pure functions on { zoom, x, y }: zoom 1 fits the
// pane, x and y move the middle of the picture, in shares of the pane's width and height.

export const FITTED = { zoom: 1, x: 0, y: 0 };
const LEAST = 0.25;
const MOST = 40;

export function fitScale(pane, picture) {
  return Math.min(pane.width / picture.width, pane.height / picture.height);
}

// Screen pixels for one pixel of the picture.
export function scaleOf(camera, pane, picture) {
  return camera.zoom * fitScale(pane, picture);
}

// The same place of the picture stays under the point, which is in pixels of the pane.
export function zoomed(camera, factor, point, pane) {
  const zoom = Math.max(LEAST, Math.min(MOST, camera.zoom * factor));
  const grown = zoom / camera.zoom;
  const [atX, atY] = [point.x / pane.width - 0.5, point.y / pane.height - 0.5];
  return { zoom, x: atX - (atX - camera.x) * grown, y: atY - (atY - camera.y) * grown };
}

export function moved(camera, dx, dy, pane) {
  return { ...camera, x: camera.x + dx / pane.width, y: camera.y + dy / pane.height };
}

// One pixel of the picture for one of the screen.
export function actual(pane, picture, pixelRatio) {
  return { zoom: 1 / (fitScale(pane, picture) * pixelRatio), x: 0, y: 0 };
}

// The upper left corner of the picture, in pixels of the pane.
export function corner(camera, pane, picture) {
  const scale = scaleOf(camera, pane, picture);
  return {
    left: (0.5 + camera.x) * pane.width - (picture.width * scale) / 2,
    top: (0.5 + camera.y) * pane.height - (picture.height * scale) / 2,
    scale,
  };
}

// A point of the pane as shares of the picture, which lies from 0 to 1.
export function onPicture(camera, point, pane, picture) {
  const { left, top, scale } = corner(camera, pane, picture);
  return {
    x: (point.x - left) / (picture.width * scale),
    y: (point.y - top) / (picture.height * scale),
  };
}
