"""Takes docs/images/search.png: the page on the demo's archive. `python -m docs.screenshot`.

Run `DEMO_NO_UI=1 make demo` first. Only the synthetic archive is in the picture, no real patient.
Needs Debian's chromium, and radseek with its `dev` extra.
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from radseek.demo import ARCHIVE, free_port

TARGET = Path(__file__).parent / "images" / "search.png"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
RADSEEK = [sys.executable, "-m", "radseek"]
VIEW = {"q": "chest x-ray", "modality": ["CR", "DX", "CT"]}
SIZE = {"width": 1280, "height": 720}


def main() -> None:
    """Index the archive into a home of its own, and take the picture."""
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([*RADSEEK, "index", ARCHIVE, "--home", home], check=False)  # noqa: S603
        picture_of(home)


def picture_of(home: str) -> None:
    """Serve the page, search, wait for the thumbnails, take the picture."""
    address = f"http://127.0.0.1:{free_port(8511)}"
    words = ["--home", home, "ui", "--port", address.rsplit(":", 1)[1]]
    with subprocess.Popen([*RADSEEK, *words]) as page:  # noqa: S603
        try:
            wait_for(f"{address}/api/health")
            take(f"{address}/?{urlencode(VIEW, doseq=True)}")
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


def take(address: str) -> None:
    """Open the address in headless Chromium and write TARGET."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        tab = browser.new_page(viewport=SIZE)
        tab.goto(address)
        tab.locator(".grid img").nth(20).wait_for(timeout=60_000)
        tab.wait_for_timeout(3000)
        TARGET.parent.mkdir(exist_ok=True)
        tab.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main()
