"""What the page's server takes for a search without a browser: many people at once.

    python -m benchmarks.page_server HOME [--users 10] [--rounds 8]

Speaks with it as a browser does, over the WebSocket of Streamlit: each person opens the page, then
all search at the same moment. A search ends when its thumbnails in sight are there. Prints a
Markdown table of seconds, and the processor time of the server for each search.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.page import TEXTS, processor_seconds, serving, warm

IN_SIGHT = 30  # tiles at 1280 x 860


@dataclass(frozen=True, slots=True)
class Person:
    """One session: its WebSocket, and what asks for its pictures."""

    socket: ClientConnection
    pictures: httpx.AsyncClient


def main() -> None:
    """Serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    with serving(options.home) as (address, server):
        warm(address, server)
        print(
            "| people at once | p50 | p95 | server's processor time a search |\n|---|---|---|---|"
        )
        for users in (1, options.users):
            asyncio.run(measure(address, server, users, options.rounds))


async def measure(address: str, server: int, users: int, rounds: int) -> None:
    """Print the row of so many people."""
    people = [await come(address) for _ in range(users)]
    before, seconds = processor_seconds(server), []
    for turn in range(rounds):
        texts = [f"{TEXTS[(turn + n) % len(TEXTS)]} {n}" for n in range(users)]
        asked = (search(person, text) for person, text in zip(people, texts, strict=True))
        seconds += await asyncio.gather(*asked)
    each = (processor_seconds(server) - before) / len(seconds)
    p50, p95 = np.percentile(seconds, [50, 95])
    print(f"| {users} | {p50:.2f} s | {p95:.2f} s | {each:.3f} s |")
    for person in people:
        await person.socket.close()
        await person.pictures.aclose()


async def come(address: str) -> Person:
    """Open the page."""
    socket = await connect(f"{address.replace('http', 'ws')}/_stcore/stream", max_size=None)
    person = Person(socket, httpx.AsyncClient(base_url=address))
    await _run(person, "")
    return person


async def search(person: Person, text: str) -> float:
    """Seconds until the thumbnails in sight are there."""
    began = time.perf_counter()
    ids = await _run(person, urlencode({"q": text}))
    wanted = ",".join(map(str, ids[:IN_SIGHT]))
    (await person.pictures.get(f"/api/thumbs?ids={wanted}")).raise_for_status()
    return time.perf_counter() - began


async def _run(person: Person, query: str) -> list[int]:
    """Run the script for an address; the pictures of its grid, when the run has ended."""
    asked = BackMsg()
    asked.rerun_script.query_string = query
    await person.socket.send(asked.SerializeToString())
    ids: list[int] = []
    while True:
        told = ForwardMsg.FromString(await person.socket.recv(decode=False))
        ids = list(_tiles(told)) or ids
        if told.WhichOneof("type") == "script_finished":
            return ids


def _tiles(told: ForwardMsg) -> Iterator[int]:
    part = told.delta.new_element.bidi_component
    if part.component_name.endswith("radseek_grid"):
        yield from (tile["id"] for tile in json.loads(part.mixed.json or part.json)["tiles"])


if __name__ == "__main__":
    main()
