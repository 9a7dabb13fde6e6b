"""An indexing run as the archive wires it, with the small encoder that sees colours."""

import atexit
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fakes import ColourEncoder, shrink

from core.types import EncoderCard
from imaging.profiles import VOI
from imaging.workers import DecodePool
from indexer.again import Wanted
from indexer.local_engine import Lanes, LocalEngine
from indexer.pipeline import Job, index, index_again
from indexer.report import Progress, Report
from indexer.vanishing import Missing
from storage.writer import CollectionWriter


@cache
def warm_pool(workers: int) -> DecodePool:
    """A pool that all tests of a process share: to start a worker takes a second."""
    pool = DecodePool(shrink, workers).__enter__()
    atexit.register(pool.__exit__, None, None, None)
    return pool


def index_colours(
    home: Path,
    *paths: Path,
    name: str = "default",
    batch_size: int = 2,
    slices: int = 32,
    workers: int = 1,
    card: EncoderCard = ColourEncoder.card,
    progress: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    wanted: Wanted | None = None,
    missing: Missing = Missing.REMOVE,
    lanes: Lanes | None = None,
) -> Report:
    """Index paths into the collection; with `wanted` read those known files again instead."""
    lanes, pool = lanes or Lanes([ColourEncoder()]), warm_pool(workers)
    with CollectionWriter.open(home, name, card, VOI.id, slices) as writer:
        job = Job(
            writer, lambda: LocalEngine(lanes, pool), batch_size, slices, progress, stopped, missing
        )
        return index(paths, job) if wanted is None else index_again(wanted, job)
