"""How quick the page is in a browser: seconds until a person sees what was asked for.

    python -m benchmarks.page [HOME] [--patients 42] [--users 10] [--rounds 12]

Serves the collection of HOME, or `radseek sample` with so many patients, all of whose slices are
indexed, and drives headless Chromium at 1280 x 860. A step ends when every thumbnail in sight is
decoded. Browser, server and encoder share the machine. Prints a Markdown table.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from playwright.async_api import Browser, Page, async_playwright

from storage.reader import CollectionReader

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("RADSEEK_CHROMIUM", "/usr/bin/chromium")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
TEXTS = (
    *("chest X-ray", "axial CT of the head", "brain MRI", "knee MRI", "hand X-ray", "effusion"),
    *("abdomen CT", "breast ultrasound", "nodule", "pneumothorax", "fracture", "normal chest"),
)
# The ids of the tiles, once those in sight are decoded and are others than before; else null.
SETTLED = """
(before) => {
  const hosts = [...document.querySelectorAll("*")].filter((element) => element.shadowRoot);
  const grid = hosts.map((host) => host.shadowRoot.querySelector(".grid")).find(Boolean);
  const cells = [...(grid?.querySelectorAll(".cell") ?? [])];
  const ids = cells.map((cell) => cell.dataset.id).join();
  const inSight = cells.filter((cell) => cell.getBoundingClientRect().top < innerHeight);
  const done = inSight.every((cell) => cell.classList.contains("loaded"));
  return cells.length && ids !== before && done ? ids : null;
}
"""


@dataclass
class Seen:
    """What a browser had to say beside pictures."""

    elsewhere: int = 0  # requests that left this machine
    errors: int = 0  # on its console


@dataclass
class Figures:
    """Seconds of each step, in the order in which they were measured."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, step: str, seconds: float) -> None:
        """Keep one timing."""
        self.seconds.setdefault(step, []).append(seconds)


def main() -> None:
    """Prepare, serve, measure, print."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or prepare(Path(folder), options.patients)
        with serving(home) as (address, server):
            asyncio.run(measure(address, server, options.users, options.rounds, home))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, nargs="?")
    parser.add_argument("--patients", type=int, default=42)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=12)
    return parser.parse_args()


def prepare(folder: Path, patients: int) -> Path:
    """A home with all slices of a synthetic archive."""
    home, archive = folder / "home", folder / "archive"
    _radseek("sample", str(archive), "--patients", str(patients))
    _radseek("index", str(archive), "--home", str(home), "--slices", "0")
    return home


def _radseek(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "radseek", *words], check=True, capture_output=True)


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, int]]:
    """The page's server; its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    settings = {"RADSEEK_HOME": str(home), "RADSEEK_PORT": str(port)}
    command = [sys.executable, "-m", "ui"]
    with subprocess.Popen(
        command, env=os.environ | settings, cwd=ROOT, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/api/health")
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()


def wait_for(url: str, seconds: float = 120) -> None:
    """Return once the address answers. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urlopen(url).close()  # noqa: S310  (our own address)
        except (URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{url} did not answer in {seconds:.0f} s")


async def measure(address: str, server: int, users: int, rounds: int, home: Path) -> None:
    """All steps, one person first, then many."""
    figures, seen = Figures(), Seen()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        await one_person(browser, address, figures, seen, rounds)
        before = memory(server)
        await many_people(browser, address, figures, seen, users)
        per_session = (memory(server) - before) / users
        await browser.close()
    report(figures, seen, per_session, users, home)


async def one_person(
    browser: Browser, address: str, figures: Figures, seen: Seen, rounds: int
) -> None:
    """First page, searches by words, clicks to what is similar, the drawer."""
    for _ in range(max(3, rounds // 3)):
        async with tab(browser, seen) as page:
            figures.add("first page, a fresh browser", await _timed(page, page.goto(address)))
    async with tab(browser, seen) as page:
        await _timed(page, page.goto(address))
        for number in range(rounds):
            figures.add("search by words", await search(page, TEXTS[number % len(TEXTS)]))
            figures.add("drawer of a hit", await drawer(page))
            figures.add("click to similar", await similar(page))
            figures.add("back", await _timed(page, page.go_back()))


async def many_people(
    browser: Browser, address: str, figures: Figures, seen: Seen, users: int
) -> None:
    """Each opens a page and searches three times, all at once."""
    await asyncio.gather(
        *(_searching(browser, address, figures, seen, user) for user in range(users))
    )


async def _searching(
    browser: Browser, address: str, figures: Figures, seen: Seen, user: int
) -> None:
    async with tab(browser, seen) as page:
        await _timed(page, page.goto(address))
        for turn in range(3):
            text = f"{TEXTS[(user + turn) % len(TEXTS)]} {user}"
            figures.add("search by words, all users at once", await search(page, text))


@asynccontextmanager
async def tab(browser: Browser, seen: Seen) -> AsyncIterator[Page]:
    """A page of a browser that knows nothing yet."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    page = await context.new_page()
    page.set_default_timeout(120_000)
    page.on("request", lambda asked: _count_request(seen, asked.url))
    page.on("console", lambda told: _count_error(seen, told.type))
    yield page
    await context.close()


def _count_request(seen: Seen, url: str) -> None:
    seen.elsewhere += not url.startswith(("http://127.0.0.1:", "data:", "blob:"))


def _count_error(seen: Seen, kind: str) -> None:
    seen.errors += kind == "error"


async def search(page: Page, text: str) -> float:
    """Seconds from Enter to the thumbnails."""
    box = page.get_by_role("combobox").first
    await box.fill(text)
    return await _timed(page, box.press("Enter"))


async def similar(page: Page) -> float:
    """Seconds from a click on the third tile to the thumbnails of what is like it."""
    return await _timed(page, page.locator(".tile").nth(2).click())


async def drawer(page: Page) -> float:
    """Seconds from the key to the drawer with its picture; it is closed again."""
    tile = page.locator(".tile").first
    await tile.focus()
    began = time.perf_counter()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for()
    seconds = time.perf_counter() - began
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="hidden")
    return seconds


async def _timed(page: Page, act: Awaitable[object]) -> float:
    before = await page.evaluate(SETTLED, "")
    began = time.perf_counter()
    await act
    await page.wait_for_function(SETTLED, arg=before or "", polling="raf")
    return time.perf_counter() - began


def memory(process: int) -> float:
    """Resident MB of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (held,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(held) / 1e3


def report(figures: Figures, seen: Seen, per_session: float, users: int, home: Path) -> None:
    """Print the table."""
    with CollectionReader.open(home, "default") as reader:
        pictures = len(reader.snapshot().ids)
    print(f"{pictures:,} pictures, {users} users\n\n| step | p50 | p95 |\n|---|---|---|")
    for step, seconds in figures.seconds.items():
        print(f"| {step} | {_at(seconds, 50)} | {_at(seconds, 95)} |")
    print(f"\nMemory of the server per session: {per_session:.2f} MB.")
    print(f"Requests that left the machine: {seen.elsewhere}; errors of the console: {seen.errors}")


def _at(seconds: Sequence[float], percent: int) -> str:
    return f"{np.percentile(seconds, percent):.2f} s"


if __name__ == "__main__":
    main()
