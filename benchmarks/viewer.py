"""What a slice costs that a person scrolls to, and a step of its window. Prints Markdown tables.

    python -m benchmarks.viewer [--slices 200] [--chromium /usr/bin/chromium]

Slices are CT of noise, 512 x 512 in 16 bit. The server's cost is CPU time of this process, which
decodes, arranges and packs as the page's server does in two; beside it stands a rendering as WebP.
The browser's is that of the modules which the page loads, timed in Chromium.
"""

import argparse
import base64
import functools
import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from statistics import median
from time import process_time
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from imaging.decode import read_unshaded, read_view
from imaging.rules import Rules, View
from imaging.thumbnail import make_thumbnail
from ui.component import ASSETS
from ui.viewer.frame_bytes import frame_bytes

STEPS = 60  # of a window that is dragged
SIDES = ((512, 512), (1024, 1024), (2500, 2048))
DRAG = """
async ({ packed, steps }) => {
  const { readFrame, paint } = await import("/viewer/window.js");
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const frame = readFrame(bytes.buffer);
  const canvas = new OffscreenCanvas(frame.width, frame.height).getContext("2d");
  const took = [];
  for (let step = 0; step < steps; step += 1) {
    const begun = performance.now();
    const pixels = paint(frame, { window: { center: 40 + step, width: 400, function: "LINEAR" } });
    canvas.putImageData(new ImageData(pixels, frame.width), 0, 0);
    took.push(performance.now() - begun);
  }
  return took;
}
"""


def make_slice(height: int, width: int, seed: int = 0) -> bytes:
    """A CT slice: a smooth field with noise, as a scanner's is."""
    rng = np.random.default_rng(seed)
    smooth = np.add.outer(np.sin(np.arange(height) / 40), np.cos(np.arange(width) / 40)) * 400
    pixels = (smooth + rng.normal(1000, 20, (height, width))).astype("<i2")
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = CTImageStorage
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.Rows, made.Columns, made.SamplesPerPixel = height, width, 1
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.PixelRepresentation, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.RescaleSlope, made.RescaleIntercept = 1, -1000
    made.WindowCenter, made.WindowWidth = 40, 400
    made.PixelData = pixels.tobytes()
    written = BytesIO()
    made.save_as(written, enforce_file_format=True)
    return written.getvalue()


def values(content: bytes) -> bytes:
    """What the page's server answers for a slice."""
    return frame_bytes(read_unshaded(content, 0, Rules()))


def picture(content: bytes) -> bytes:
    """The same slice as a rendering, for one window."""
    return make_thumbnail(read_view(content, View(0), Rules()), 1600)


def milliseconds(make: Callable[[bytes], bytes], contents: list[bytes]) -> tuple[float, float]:
    """The median CPU time of one, and the mean size of an answer in KiB."""
    took, sizes = [], []
    for content in contents:
        begun = process_time()
        sizes.append(len(make(content)))
        took.append(process_time() - begun)
    return 1000 * median(took), float(np.mean(sizes)) / 1024


@contextmanager
def modules() -> Iterator[str]:
    """Where the browser finds the modules of the page."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Nothing."""

    handler = functools.partial(Quiet, directory=str(ASSETS))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def dragged(chromium: str) -> Iterator[tuple[str, float, float]]:
    """The size of a picture, and the median and 95th percentile of a step of its window in ms."""
    with modules() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}/viewer/window.js")
        for height, width in SIDES:
            packed = base64.b64encode(gzip.decompress(values(make_slice(height, width)))).decode()
            took = page.evaluate(DRAG, {"packed": packed, "steps": STEPS})
            yield f"{width} x {height}", median(took), float(np.percentile(took, 95))
        browser.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=200)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    asked = parser.parse_args()
    contents = [make_slice(512, 512, seed) for seed in range(asked.slices)]
    print("| a slice of 512 x 512, on the server | CPU ms | KiB |\n|---|---|---|")
    for name, make in (("its values", values), ("a rendering as WebP", picture)):
        took, size = milliseconds(make, contents)
        print(f"| {name} | {took:.1f} | {size:.0f} |")
    print("\n| a step of the window, in the browser | median ms | p95 ms |\n|---|---|---|")
    for name, middle, most in dragged(asked.chromium):
        print(f"| {name} | {middle:.1f} | {most:.1f} |")


if __name__ == "__main__":
    main()
