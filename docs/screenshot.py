"""Takes the pictures of docs/images: the page on the demo's archive. `python -m docs.screenshot`.

Run `DEMO_NO_UI=1 make demo` first. Only the synthetic archive is in them, no real patient.
Needs Debian's chromium, and radseek with its `dev` extra.
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from radseek.demo import ARCHIVE, free_port

IMAGES = Path(__file__).parent / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
RADSEEK = [sys.executable, "-m", "radseek"]
SIZE: ViewportSize = {"width": 1280, "height": 720}
NARROW: ViewportSize = {"width": 420, "height": 720}
CHEST = {"q": "chest x-ray", "modality": ["CR", "DX", "CT"]}
HEAD = {"q": "head CT", "modality": "CT", "by": "series"}


def main() -> None:
    """Index the archive into a home of its own, and take the pictures."""
    with tempfile.TemporaryDirectory() as home:
        for words in (["index", ARCHIVE], ["map"], ["evaluate", "--by", "modality,body_part"]):
            subprocess.run([*RADSEEK, *words, "--home", home], check=False)  # noqa: S603
        pictures_of(home)


def pictures_of(home: str) -> None:
    """Serve the page and take what it shows."""
    address = f"http://127.0.0.1:{free_port(8511)}"
    words = ["--home", home, "ui", "--port", address.rsplit(":", 1)[1]]
    with subprocess.Popen([*RADSEEK, *words]) as page:  # noqa: S603
        try:
            wait_for(f"{address}/api/health")
            take_all(address)
        finally:
            page.terminate()


def wait_for(address: str, seconds: float = 60) -> None:
    """Wait until the page's server answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310  (our http address)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def take_all(address: str) -> None:
    """Each picture in a tab of its own, in headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        found = f"{address}/?{urlencode(CHEST, doseq=True)}"
        take(tab_at(browser, found), "search")
        take(tab_at(browser, found, NARROW), "narrow")
        take(opened(tab_at(browser, f"{address}/?{urlencode(HEAD)}")), "picture")
        take(explored(browser, f"{address}/explore"), "explore")
        take(evaluated(browser, f"{address}/evaluate"), "evaluate")
        browser.close()


def bare_tab_at(browser: Browser, address: str, size: ViewportSize = SIZE) -> Page:
    """A page in a tab of its own."""
    tab = browser.new_page(viewport=size)
    tab.set_default_timeout(90_000)
    tab.goto(address)
    return tab


def tab_at(browser: Browser, address: str, size: ViewportSize = SIZE) -> Page:
    """A page with its thumbnails."""
    tab = bare_tab_at(browser, address, size)
    tab.locator(".cell.loaded").nth(8).wait_for()
    tab.wait_for_timeout(3000)
    return tab


def explored(browser: Browser, address: str) -> Page:
    """The map with all that it shows selected."""
    tab = bare_tab_at(browser, address)
    tab.get_by_role("button", name="Select what is seen").click()
    tab.locator(".cell.loaded").nth(8).wait_for()
    tab.wait_for_timeout(3000)
    return tab


def evaluated(browser: Browser, address: str) -> Page:
    """The figures of an evaluation, with the pictures behind one of them."""
    tab = bare_tab_at(browser, address)
    tab.get_by_role("button", name="ct head").first.click()
    tab.locator(".cell.loaded").first.wait_for()
    tab.wait_for_timeout(3000)
    return tab


def opened(tab: Page) -> Page:
    """The same with its first hit in the drawer."""
    tab.locator(".tile").first.press("Enter")
    tab.get_by_role("dialog").wait_for()
    tab.wait_for_timeout(4000)
    return tab


def take(tab: Page, name: str) -> None:
    """Write one picture."""
    IMAGES.mkdir(exist_ok=True)
    tab.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
