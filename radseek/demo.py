"""`make demo`: make a synthetic archive, index it with pydicom's files, search, open the page."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

HOME = "demo-home"
ARCHIVE = "demo-archive"
PATIENTS = "8"
SAMPLES = {"pydicom": "pydicom/data/test_files", "pydicom-data": "data_store/data"}
QUERY = ("chest x-ray", "--where", "modality=CR")
HOST = "127.0.0.1"
PORT = 8501
SOME_SKIPPED = 3  # the exit code of `radseek index` when not every file is an image


def main() -> int:
    """Show each command and run it. The exit code is that of the first one that fails."""
    made = make_archive()
    if made != 0:
        return made
    indexed = run("index", ARCHIVE, *sample_folders(), "--home", HOME)
    if indexed not in (0, SOME_SKIPPED):
        return indexed
    found = run("search", *QUERY, "--top-k", "6", "--home", HOME)
    if found != 0 or os.environ.get("DEMO_NO_UI") == "1":
        return found
    return serve_page(free_port(PORT))


def make_archive() -> int:
    """Make the synthetic archive, unless it is there; the exit code of the command."""
    if Path(ARCHIVE, "truth.csv").exists():  # it is written last
        return 0
    return run("sample", ARCHIVE, "--patients", PATIENTS)


def sample_folders() -> list[str]:
    """Where the packages keep their DICOM files, as seen from here; without importing them."""
    return [
        os.path.relpath(str(distribution(package).locate_file(folder)))
        for package, folder in SAMPLES.items()
        if is_installed(package)
    ]


def is_installed(package: str) -> bool:
    """Whether pip knows the package; pydicom-data is an extra."""
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


def run(*words: str) -> int:
    """Print a radseek command as a person would type it, run it, return its exit code."""
    return subprocess.run(announced(words), check=False).returncode  # noqa: S603  (our words)


def announced(words: Sequence[str]) -> list[str]:
    """The process arguments of a radseek command, after showing it."""
    print(f"\n$ {shlex.join(('radseek', *words))}", flush=True)
    return [sys.executable, "-m", "radseek", *words]


def free_port(wanted: int) -> int:
    """The wanted port, or any free one when another program listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def serve_page(port: int) -> int:
    """Serve the page until Ctrl-C, after printing its address and showing it where one can."""
    address = f"http://{HOST}:{port}"
    arguments = announced(("ui", "--port", str(port), "--home", HOME))
    with subprocess.Popen(arguments) as page:  # noqa: S603  (our words)
        signal.signal(signal.SIGTERM, lambda *_: page.terminate())
        try:
            if answers(f"{address}/api/health", page):
                print(f"\nThe page is at {address} (Ctrl-C ends it).", flush=True)
                show(address)
            return page.wait()
        except KeyboardInterrupt:
            page.terminate()
            return 0


def answers(address: str, page: "subprocess.Popen[bytes]") -> bool:
    """Wait for the address to answer; False when the page's process ends before that."""
    while page.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  (our http address)
                return True
        except OSError:
            time.sleep(0.2)
    return False


def show(address: str) -> None:
    """Open the browser, where there is a screen."""
    if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(address)


if __name__ == "__main__":
    sys.exit(main())
