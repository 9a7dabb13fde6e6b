"""The processes of a fault campaign: a writer to be killed, and a reader that checks answers."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from benchmarks.fault_archive import (
    NAME,
    Changes,
    Journal,
    embedded,
    frames_of,
    is_thumbnail,
    location_of,
    open_writer,
    row_of,
    source_of,
    thumbnail_of,
)
from core.errors import UnknownName
from storage import shards
from storage.backup import Backup, back_up
from storage.batch import Batch
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from storage.verify import Examination
from storage.verify_findings import CheckProgress, Depth
from storage.writer import CollectionWriter

FILES = 120  # a collection is kept near this many
BATCH = 12  # files
ROWS_PER_SHARD = 100
USUAL_SECONDS = 0.02  # of a step that was not seen yet
SAVED = "saved"  # the folder of the backups


@dataclass
class Steps:
    """Everything that changes a collection on disk, a step each."""

    home: Path
    journal: Journal
    chance: random.Random
    say: Callable[[str], None]
    writer: CollectionWriter

    def run(self, step: str) -> None:
        """Do one step, and say before it what it is."""
        self.say(step)
        getattr(self, step)()

    def write(self) -> None:
        """A batch of new files, some of them copies of each other or of older ones."""
        number = self.journal.steps
        new: dict[str, str | None] = {f"f{number}-{i}": f"c{number}-{i}" for i in range(BATCH)}
        copies = [f"f{number}-copy{i}" for i in range(2)]
        for name in copies:
            new[name] = self.chance.choice([*self.journal.files.values(), f"c{number}-0"])
        self._commit(
            new,
            Batch(
                embedded=[embedded(f"f{number}-{i}", f"c{number}-{i}") for i in range(BATCH)],
                copies=[source_of(name, str(new[name])) for name in copies],
            ),
        )

    def seal(self) -> None:
        """A batch that is longer than a shard, so that one is sealed and another begun."""
        number, count, rows = self.journal.steps, 0, 0
        while rows <= ROWS_PER_SHARD:
            rows += frames_of(f"c{number}-{count}")
            count += 1
        files = [(f"f{number}-{i}", f"c{number}-{i}") for i in range(count)]
        self._commit(dict(files), Batch(embedded=[embedded(*file) for file in files]))

    def update(self) -> None:
        """Files that have other bytes now."""
        number = self.journal.steps
        names = self._some(BATCH)
        changes = {name: f"u{number}-{i}" for i, name in enumerate(names)}
        batch = Batch(embedded=[embedded(name, content) for name, content in changes.items()])
        self._commit(changes, batch)

    def remove(self) -> None:
        """Files that are there no longer."""
        names = self._some(max(BATCH, len(self.journal.files) - FILES))
        gone = [location_of(name) for name in names]
        self._commit(dict.fromkeys(names), Batch(gone=gone))

    def index(self) -> None:
        """Another generation of the index, and the switch to it."""
        self._unchanging(self.writer.rebuild_index)

    def compact(self) -> None:
        """New shards without the rows that ended; the old ones go."""
        share = self.chance.choice([0.0, 0.2])
        self._unchanging(lambda: self.writer.compact(share))

    def backup(self) -> None:
        """A copy of the collection, in place of the last one."""
        folder, last = self.home / SAVED, self.home / f"{SAVED}.last"
        if folder.exists():
            folder.rename(last)
        shutil.rmtree(last, ignore_errors=True)
        self._unchanging(lambda: save(self.home, folder))

    def restart(self) -> None:
        """What a start of the writer does: truncation, removal of what was left behind."""
        self.writer.close()
        self.writer = open_writer(self.home)

    def _some(self, most: int) -> list[str]:
        names = sorted(self.journal.files)
        return self.chance.sample(names, min(most, len(names)))

    def _commit(self, changes: Changes, batch: Batch) -> None:
        self.journal.begin(changes)
        self.writer.commit(batch)
        self.journal.settle(happened=True)

    def _unchanging(self, work: Callable[[], object]) -> None:
        self.journal.begin({})
        work()
        self.journal.settle(happened=True)


STEPS = ("write", "seal", "update", "remove", "index", "compact", "backup", "restart")


def save(home: Path, folder: Path) -> Backup:
    """Copy the collection as `radseek backup` does."""
    how = Examination(Depth.USUAL, is_thumbnail, _silent)
    return back_up(layout_of(home, NAME), NAME, folder, "faults", how)


def _silent(_progress: CheckProgress) -> None:
    """Show nothing."""


def write_until_killed(
    home: Path, journal: Path, seed: int, target: str, before: int, told: Connection
) -> None:
    """Do some steps, then the one that is aimed at, then any; say each before it begins."""
    shards.ROWS_PER_SHARD = ROWS_PER_SHARD
    chance = random.Random(seed)  # noqa: S311
    told.send("start")
    with open_writer(home) as writer:
        steps = Steps(home, Journal.read(journal), chance, told.send, writer)
        for _ in range(before):
            steps.run(chance.choice(STEPS))
        told.send("aim")
        steps.run(target)
        while True:
            steps.run(chance.choice(STEPS))


class Usual:
    """How long each step takes, for a kill to fall within it."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def of(self, step: str) -> float:
        """Seconds."""
        return self._seconds.get(step, USUAL_SECONDS)

    def learn(self, step: str, seconds: float) -> None:
        """Take what was seen into account."""
        self._seconds[step] = 0.7 * self.of(step) + 0.3 * seconds


@dataclass
class Answers:
    """What a reader saw."""

    snapshots: int = 0
    rows: int = 0  # each compared with what it must be
    searches: int = 0
    stale: int = 0  # pictures of an older snapshot that were gone meanwhile
    wrong: str = ""


def read_until_told(home: Path, seed: int, end: Event, told: Connection) -> None:
    """Ask the collection again and again, and check every answer."""
    answers = Answers()
    try:
        _Asker(home, seed, answers).run(end)
    except Exception as error:
        answers.wrong = f"{type(error).__name__}: {error}"
    told.send(answers)


class _Asker:
    """Checks answers against the names that they carry."""

    def __init__(self, home: Path, seed: int, answers: Answers) -> None:
        self._home = home
        self._chance = random.Random(seed)  # noqa: S311
        self._answers = answers
        self._contents: dict[int, tuple[str, int]] = {}  # what an id has always meant
        self._sequence = 0

    def run(self, end: Event) -> None:
        """Ask until told to end; now and then with a reader that is opened anew."""
        while not end.is_set():
            with CollectionReader.open(self._home, NAME) as reader:
                for _ in range(self._chance.randint(1, 40)):
                    self._ask(reader, reader.snapshot())
                    if end.wait(0.005):
                        return

    def _ask(self, reader: CollectionReader, snapshot: Snapshot) -> None:
        assert snapshot.sequence >= self._sequence, "the collection went back"
        self._sequence = snapshot.sequence
        self._answers.snapshots += 1
        ids = self._chance.sample(snapshot.ids.tolist(), min(20, len(snapshot.ids)))
        if not ids:
            return
        rows = snapshot.embeddings(ids)
        try:
            records = snapshot.describe(ids)
        except UnknownName:
            self._answers.stale += 1
            assert reader.snapshot().sequence > snapshot.sequence, "a picture is gone"
            return
        for row, record in zip(rows, records, strict=True):
            self._check(reader, record.id, record.tags.series_description, record.frame, row)
        self._search(snapshot, ids[0], rows[:1])

    def _check(
        self, reader: CollectionReader, number: int, content: str, frame: int, row: np.ndarray
    ) -> None:
        meant = self._contents.setdefault(number, (content, frame))
        assert meant == (content, frame), f"picture {number} was another one before"
        np.testing.assert_allclose(row, row_of(content, frame), atol=2e-3)
        assert reader.thumbnail(number) in {None, thumbnail_of(content, frame)}
        self._answers.rows += 1

    def _search(self, snapshot: Snapshot, number: int, row: np.ndarray) -> None:
        ids, scores = snapshot.search(row, 5)
        assert abs(scores[0, 0] - 1) < 1e-5, "a stored row does not find itself"
        assert number in ids[0], f"picture {number} is not found by its own row"
        self._answers.searches += 1
