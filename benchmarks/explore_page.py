"""Measure the page Explore over a synthetic collection: the making of its map, paint, selection.

python -m benchmarks.explore_page --rows 20000

The browser is a headless Chromium without a GPU, which paints in software. Seconds are of this
machine and of what else runs on it: compare them within one run.
"""

import argparse
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.collection import RENDERING, fill, unit_rows
from benchmarks.page import memory, serving, warm
from core.types import EncoderCard
from radseek.mapping import map_collection
from radseek.settings import load_settings
from storage.embedding_map import EmbeddingMap
from storage.writer import CollectionWriter

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
TIMES = 5
SESSIONS = 10
FRAMES = 60
# Milliseconds of each frame while the wheel is turned over the map.
ZOOMED = """
async (canvas, frames) => {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2 };
  const next = () => new Promise(requestAnimationFrame);
  const took = [];
  let before = await next();
  for (let turn = 0; turn < frames; turn += 1) {
    const deltaY = turn < frames / 2 ? -8 : 8;
    canvas.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY, cancelable: true }));
    const now = await next();
    took.push(now - before);
    before = now;
  }
  return took;
}
"""


def main() -> None:
    """Fill a collection in a temporary folder, measure, and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        collect(home, options.rows, options.dim)
        began = time.perf_counter(), time.process_time()
        made = map_collection(load_settings(home=home), options.rows, None, lambda _: None)
        wall, spent = time.perf_counter() - began[0], time.process_time() - began[1]
        print("| what | figure |\n|---|---|")
        print(
            f"| map of {len(made.ids):,} by {made.note.method} | {wall:.0f} s, CPU {spent:.0f} s |"
        )
        with serving(home) as (address, process):
            warm(address, process)
            for what, figure in measure(address, process, made):
                print(f"| {what} | {figure} |", flush=True)


def collect(home: Path, rows: int, dim: int) -> None:
    """A collection of rows in clusters, each with a small thumbnail."""
    card = EncoderCard("synthetic", "1", dim, "0" * 64, "none", "none")
    thumbnail = io.BytesIO()
    Image.new("RGB", (160, 160), (90, 90, 90)).save(thumbnail, "WEBP")
    with CollectionWriter.open(home, "default", card, RENDERING) as writer:
        fill(writer, unit_rows(rows, dim), 512, thumbnail.getvalue())
        writer.refresh_index()


def measure(address: str, process: int, made: EmbeddingMap) -> Iterator[tuple[str, str]]:
    """Yield what was measured, and the figure."""
    expect.set_options(timeout=120_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        page.set_default_timeout(120_000)
        yield "first look, a fresh browser", f"{timed(lambda: look(page, address, made)):.2f} s"
        yield "page again, points kept", _median(lambda: look(page, address, made))
        took = page.locator("canvas.over").evaluate(ZOOMED, FRAMES)
        yield (
            "a frame while zooming",
            f"{median(took):.0f} ms, p95 {np.percentile(took, 95):.0f} ms",
        )
        for share in (0.5, 1.0):
            area = corners(made, share)
            seconds = _median(lambda area=area: select(page, address, area))  # type: ignore[misc]
            yield f"{share:.0%} of the points selected, until tiles are there", seconds
        yield "points and colours", f"{size(address, page) / 1e3:,.0f} kB"
        yield "memory of the server per session", sessions(browser, address, process, made)
        browser.close()


def look(page: Page, address: str, made: EmbeddingMap) -> None:
    """Return when all points are painted."""
    page.goto(f"{address}/explore")
    expect(page.locator(".field")).to_have_attribute("data-points", str(len(made.ids)))
    page.evaluate("() => new Promise(requestAnimationFrame)")


def select(page: Page, address: str, area: str) -> None:
    """Return when the pictures of an area stand beside the map."""
    page.goto(f"{address}/explore?{urlencode({'area': area})}")
    expect(page.locator(".cell.loaded").first).to_be_visible()


def corners(made: EmbeddingMap, share: float) -> str:
    """An area, as addresses have it, with the leftmost points."""
    right = int(np.ceil(1e5 * np.quantile(made.points[:, 0], share)))
    return f"-100000,-100000;{right},-100000;{right},100000;-100000,100000"


def size(address: str, page: Page) -> int:
    """The bytes that a browser fetches of the map."""
    asked = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    of_map = {one for one in asked if "/api/map/" in one}
    return sum(len(urlopen(one).read()) for one in of_map if one.startswith(address))  # noqa: S310


def sessions(browser: Browser, address: str, process: int, made: EmbeddingMap) -> str:
    """The memory that each of some further people takes."""
    before = memory(process)
    for _ in range(SESSIONS):
        tab = browser.new_context().new_page()
        tab.set_default_timeout(120_000)
        look(tab, address, made)
    return f"{(memory(process) - before) / SESSIONS:.2f} MB"


def timed(action: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _median(action: Callable[[], object]) -> str:
    return f"{median(timed(action) for _ in range(TIMES)):.2f} s"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--dim", type=int, default=512)
    return parser.parse_args()


if __name__ == "__main__":
    main()
