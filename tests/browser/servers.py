"""Servers of the tests, each a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(home: Path, collection: str, port: int | None = None, **more: str) -> Iterator[str]:
    """A page's server in a process of its own, until the block ends."""
    port = port or free_port()
    settings = {"HOME": home, "COLLECTION": collection, "PORT": port, "DEVICE": "cpu"} | more
    environment = {f"RADSEEK_{name}": str(value) for name, value in settings.items()}
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    words = [sys.executable, str(Path(__file__).with_name("serve.py"))]
    with subprocess.Popen(words, env=os.environ | environment) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/api/health", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(url: str, server: "subprocess.Popen[bytes]", seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(httpx.TransportError):
            httpx.get(url).raise_for_status()
            return
        time.sleep(0.2)
    pytest.fail(f"the page's server did not answer; its exit code is {server.poll()}")
