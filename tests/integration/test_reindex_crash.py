"""Whoever makes, switches and deletes editions may be killed: one is always served whole."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from storage.batch import Batch
from storage.editions import Editions
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.indexer.plain_engine import CARDS, embed, row_of
from tests.unit.storage.laws import breaches

FILES = 10
KILLS = 12

REINDEXING = """
import sys
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from radseek import reindexing
from radseek.settings import Settings
from tests.unit.indexer.plain_engine import CARDS, plain_engine

home = Path(sys.argv[1])
reindexing.open_engine = lambda settings, encoder, *_: plain_engine(encoder.card)
reindexing.load_encoder = lambda name, *_: SimpleNamespace(card=CARDS[name], device="cpu")
collection = {"home": home, "collection": "main"}
print("open", flush=True)
for _ in count():
    settings = Settings(**collection)
    served, beside = reindexing.editions_of(settings)
    if beside is not None and beside.is_complete:
        reindexing.remove_other(settings, complete=True)
    other = next(name for name in CARDS if name != served.binding.card.name)
    reindexing.reindex(
        Settings(**collection, encoder=other, batch_size=3), lambda _: None, lambda: False
    )
    reindexing.serve_other(settings)
    reindexing.serve_other(settings)
    print("round", flush=True)
"""


@contextmanager
def reindexing(home: Path) -> Iterator[IO[str]]:
    """A process that reindexes on and on; within, its lines. It is killed at the end."""
    command = [sys.executable, "-c", REINDEXING, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.stdout
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)


def seconds_of_a_round(home: Path) -> float:
    """How long it takes here to make an edition, to switch back and forth, and to delete one."""
    with reindexing(home) as lines:
        started = time.monotonic()
        assert lines.readline() == "round\n"
        return time.monotonic() - started


def check_served(home: Path) -> None:
    """All files are there, each under the row of the encoder that is served."""
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        places = [record.location.path for record in snapshot.describe(snapshot.ids)]
        rows = snapshot.embeddings(snapshot.ids)
        assert reader.info().files == FILES
    assert sorted(path.name for path in places) == sorted(map(str, range(FILES)))
    expected = [row_of(reader.card, int(path.name)) for path in places]
    np.testing.assert_allclose(rows, expected, atol=1e-3)
    assert breaches(home) == {}


def test_one_complete_edition_is_served_after_a_kill_at_any_instant(tmp_path: Path) -> None:
    folder, home = tmp_path / "archive", tmp_path / "home"
    folder.mkdir()
    files = [folder / str(number) for number in range(FILES)]
    for number, path in enumerate(files):
        path.write_text(str(number))
    first = CARDS["one"]
    with CollectionWriter.open(home, "main", first, "voi-2") as writer:
        writer.commit(Batch(embedded=[embed(first, path) for path in files]))
    instants = random.Random(5)  # noqa: S311
    longest = seconds_of_a_round(home)

    for _ in range(KILLS):
        with reindexing(home):
            time.sleep(instants.uniform(0, longest))
        check_served(home)
        assert Editions(home, "main").served().is_complete
