"""The loop of an indexing run: read, embed, commit; a batch is durable or it is not there."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from core.types import EmbeddedFile, Embeddings, Prepared, SkipCode, Skipped, Source
from encoders.base import Encoder
from imaging.workers import DecodePool, Unchanged
from indexer.plan import Plan, make_plan
from indexer.report import Progress, Report
from storage.catalog import FileStatus
from storage.writer import CollectionWriter

log = logging.getLogger(__name__)

# What can pass, such as a network drive that is away: no reason to forget an embedded file.
PASSING = (SkipCode.UNREADABLE, SkipCode.TIMED_OUT, SkipCode.DECODER_CRASHED)

DecodedFile = tuple[Source, tuple[Prepared, ...]]


def index(
    paths: Sequence[Path],
    writer: CollectionWriter,
    encoder: Encoder,
    pool: DecodePool,
    batch_size: int,
    progress: Callable[[Progress], None],
    stopped: Callable[[], bool],
) -> Report:
    """Bring files and folders into the collection; a second run does only what is left.

    When `stopped` turns true the run ends after the file at hand, and commits what it has.
    """
    known = writer.known()
    plan = make_plan(paths, known)
    log.info("indexing files=%d unchanged=%d", plan.files, len(plan.unchanged))
    embedded = {p: f.sha256 for p, f in known.items() if f.status is FileStatus.EMBEDDED}
    run = _Run(plan, embedded.keys(), writer, encoder, batch_size, progress)
    for outcome in pool.run(plan.to_read, embedded):
        run.take(outcome)
        if stopped():
            break
    run.commit()
    writer.refresh_index()
    return run.report()


class _Run:
    """One run: the files that wait for the next batch, and the counts so far."""

    def __init__(
        self,
        plan: Plan,
        embedded_before: Collection[Path],
        writer: CollectionWriter,
        encoder: Encoder,
        batch_size: int,
        progress: Callable[[Progress], None],
    ) -> None:
        self._files = plan.files
        self._embedded_before = embedded_before
        self._writer = writer
        self._encoder = encoder
        self._batch_size = batch_size
        self._progress = progress
        self._started = perf_counter()
        self._waiting: list[DecodedFile] = []
        self._skipped: list[Skipped] = []
        self._touched: list[Source] = []
        self._unchanged = len(plan.unchanged)
        self._embedded = 0
        self._pictures = 0
        self._codes: Counter[str] = Counter()
        for unreadable in plan.unreadable:
            self.take(unreadable)

    def take(self, outcome: DecodedFile | Skipped | Unchanged) -> None:
        """Take one file's outcome; commits when a batch is full."""
        match outcome:
            case Skipped():
                self._skip(outcome)
            case Unchanged(source):
                self._touched.append(source)
                self._unchanged += 1
            case _:
                self._waiting.append(outcome)
        if self._is_full():
            self.commit()

    def _skip(self, skipped: Skipped) -> None:
        self._codes[skipped.code.value] += 1
        if skipped.code in PASSING and skipped.path in self._embedded_before:
            log.warning("kept as it was code=%s path=%s", skipped.code.value, skipped.path)
            return
        self._skipped.append(skipped)

    def _is_full(self) -> bool:
        pictures = sum(len(pictures) for _, pictures in self._waiting)
        return pictures + len(self._skipped) + len(self._touched) >= self._batch_size

    def commit(self) -> None:
        """Embed what waits and make it durable, together with what was skipped."""
        embedded = _embed(self._waiting, self._encoder)
        self._writer.commit(embedded, self._skipped, self._touched)
        self._embedded += len(embedded)
        self._pictures += sum(len(file.pictures) for file in embedded)
        self._waiting, self._skipped, self._touched = [], [], []
        self._progress(self._so_far())

    def _so_far(self) -> Progress:
        return Progress(
            files=self._files,
            embedded=self._embedded,
            unchanged=self._unchanged,
            skipped=self._codes.total(),
            pictures=self._pictures,
            seconds=perf_counter() - self._started,
        )

    def report(self) -> Report:
        """What the run came to."""
        return Report(self._so_far(), dict(self._codes), self._encoder.device)


def _embed(files: Sequence[DecodedFile], encoder: Encoder) -> list[EmbeddedFile]:
    pixels = [picture.pixels for _, pictures in files for picture in pictures]
    rows = encoder.embed_images(pixels)
    return [
        EmbeddedFile(source, pictures, part)
        for (source, pictures), part in zip(files, _split(rows, files), strict=True)
    ]


def _split(rows: Embeddings, files: Sequence[DecodedFile]) -> list[Embeddings]:
    ends = np.cumsum([len(pictures) for _, pictures in files])
    return np.split(rows, ends[:-1]) if files else []
