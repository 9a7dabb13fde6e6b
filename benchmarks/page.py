"""How quick the page is in a browser: seconds until a person sees what was asked for.

    python -m benchmarks.page [HOME] [--patients 42] [--users 10] [--rounds 12]

Serves the collection of HOME, or `radseek sample` with so many patients, all of whose slices are
indexed, and drives headless Chromium at 1280 x 860, once the server has answered a first time. A
step ends when every thumbnail in sight is decoded. Many people open the page first, and then all
search at the same moment. Browsers, server and encoder share the machine: beside the seconds
stands the processor time of each for a step. Prints a Markdown table.
`python -m benchmarks.page_server` measures the server without browsers.
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
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
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
REST = 0.5  # seconds after a step, in which what follows it is still counted as its
TEXTS = (
    *("chest X-ray", "axial CT of the head", "brain MRI", "knee MRI", "hand X-ray", "effusion"),
    *("abdomen CT", "breast ultrasound", "nodule", "pneumothorax", "fracture", "normal chest"),
)
# The ids of the tiles, as soon as those in sight are decoded and are others than before. It looks
# when something has changed: to look with each frame would have the browser draw sixty in a second.
SETTLED = """
(before) => new Promise((resolve) => {
  const grids = () => [...document.querySelectorAll(".stBidiComponent, .stBidiComponent *")]
    .map((each) => each.shadowRoot?.querySelector(".grid")).filter(Boolean);
  const begin = () => {
    const [grid] = grids();
    if (!grid) return setTimeout(begin, 20);
    const look = () => {
      isDue = false;
      const cells = [...grid.querySelectorAll(".cell")];
      const ids = cells.map((cell) => cell.dataset.id).join();
      if (!cells.length || ids === before) return;
      const waiting = cells.filter((cell) => !cell.classList.contains("loaded"));
      if (waiting.some((cell) => cell.getBoundingClientRect().top < innerHeight)) return;
      changes.disconnect();
      resolve(ids);
    };
    const lookSoon = () => {
      if (!isDue) requestAnimationFrame(look);
      isDue = true;
    };
    let isDue = false;
    const changes = new MutationObserver(lookSoon);
    changes.observe(grid, { subtree: true, childList: true, attributeFilter: ["class"] });
    look();
  };
  begin();
})
"""
SHOWN = """
() => [...document.querySelectorAll("*")].filter((each) => each.shadowRoot)
  .flatMap((each) => [...each.shadowRoot.querySelectorAll(".grid .cell")])
  .map((cell) => cell.dataset.id).join()
"""


@dataclass
class Seen:
    """What a browser had to say beside pictures."""

    elsewhere: int = 0  # requests that left this machine
    errors: int = 0  # on its console


@dataclass
class Step:
    """What one step took each time: seconds, and the processor time of the two sides for one."""

    seconds: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    browsers: list[float] = field(default_factory=list)


@dataclass
class Figures:
    """Every step in the order in which they were first measured."""

    server: int  # its process
    steps: dict[str, Step] = field(default_factory=dict)

    async def measure(self, name: str, *acts: Awaitable[float]) -> None:
        """Let all do it at once, and keep what it took."""
        server, browsers = processor_seconds(self.server), browsers_seconds()
        step = self.steps.setdefault(name, Step())
        step.seconds += await asyncio.gather(*acts)
        await asyncio.sleep(REST)
        step.server.append((processor_seconds(self.server) - server) / len(acts))
        step.browsers.append((browsers_seconds() - browsers) / len(acts))


def main() -> None:
    """Prepare, serve, measure, print."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or prepare(Path(folder), options.patients)
        with serving(home) as (address, server):
            warm(address, server)
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


def warm(address: str, server: int) -> None:
    """Return once the page is up and the server has nothing left to load."""
    urlopen(address).close()  # noqa: S310  (our own address)
    spent = -1.0
    while (now := processor_seconds(server)) > spent + 0.05:
        spent = now
        time.sleep(2)


def processor_seconds(process: int) -> float:
    """Processor time that a process has taken so far; none of one that has ended."""
    words = _status(process)
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK") if words else 0.0


def browsers_seconds() -> float:
    """The same of all processes of the browsers that this one has started."""
    processes = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]
    parents = {each: int(words[1]) for each in processes if (words := _status(each))}
    return sum(map(processor_seconds, _below(os.getpid(), parents)))


def _below(process: int, parents: dict[int, int]) -> Iterator[int]:
    for child in (each for each, parent in parents.items() if parent == process):
        if "chrom" in Path(f"/proc/{child}/comm").read_text():
            yield child
        yield from _below(child, parents)


def _status(process: int) -> list[str]:
    """The words of /proc/PID/stat from the third on; none when it has ended. Source: proc(5)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


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
    figures, seen = Figures(server), Seen()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        await first_pages(browser, address, figures, seen, max(3, rounds // 2))
        await one_person(browser, address, figures, seen, rounds)
        before = memory(server)
        await many_people(browser, address, figures, seen, users)
        per_session = (memory(server) - before) / users
        await browser.close()
    report(figures, seen, per_session, home)


async def first_pages(
    browser: Browser, address: str, figures: Figures, seen: Seen, times: int
) -> None:
    """Each time by a browser that has nothing of the page yet."""
    for _ in range(times):
        async with tab(browser, seen) as page:
            await figures.measure("first page, a fresh browser", _timed(page, page.goto(address)))


async def one_person(
    browser: Browser, address: str, figures: Figures, seen: Seen, rounds: int
) -> None:
    """Searches by words, the drawer, clicks to what is similar, and back."""
    async with tab(browser, seen) as page:
        await _timed(page, page.goto(address))
        for number in range(rounds):
            text = TEXTS[number % len(TEXTS)]
            await figures.measure("search by words", search(page, text))
            await figures.measure("drawer of a hit", drawer(page))
            await figures.measure("click to similar", similar(page))
            await figures.measure("back", _timed(page, page.go_back()))


async def many_people(
    browser: Browser, address: str, figures: Figures, seen: Seen, users: int
) -> None:
    """All open the page, then all search at once, three times."""
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(tab(browser, seen)) for _ in range(users)]
        opened = (_timed(page, page.goto(address)) for page in pages)
        await figures.measure(f"first page, {users} people at once", *opened)
        for turn in range(3):
            texts = [f"{TEXTS[(user + turn) % len(TEXTS)]} {user}" for user in range(users)]
            asked = (search(page, text) for page, text in zip(pages, texts, strict=True))
            await figures.measure(f"search by words, {users} people at once", *asked)


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
    before = await page.evaluate(SHOWN)
    began = time.perf_counter()
    await act
    await page.evaluate(SETTLED, before)
    return time.perf_counter() - began


def memory(process: int) -> float:
    """Resident MB of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (held,) = (line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(held) / 1e3


def report(figures: Figures, seen: Seen, per_session: float, home: Path) -> None:
    """Print the table."""
    with CollectionReader.open(home, "default") as reader:
        pictures = len(reader.snapshot().ids)
    print(f"{pictures:,} pictures; processor time is the mean of one person's\n")
    print("| step | p50 | p95 | server's processor | browser's |\n|---|---|---|---|---|")
    for name, step in figures.steps.items():
        spent = f"{np.mean(step.server):.2f} s | {np.mean(step.browsers):.2f} s"
        print(f"| {name} | {_at(step.seconds, 50)} | {_at(step.seconds, 95)} | {spent} |")
    print(f"\nMemory of the server per session: {per_session:.2f} MB.")
    print(f"Requests that left the machine: {seen.elsewhere}; errors of the console: {seen.errors}")


def _at(seconds: Sequence[float], percent: int) -> str:
    return f"{np.percentile(seconds, percent):.2f} s"


if __name__ == "__main__":
    main()
