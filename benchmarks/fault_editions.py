"""Kill whoever makes, switches and deletes editions, beside a writer and a reader.

The archive is a folder of files whose bytes are the name of their content. The one who writes to
the served edition is this process, which is not killed: what the collection must hold is known at
every instant. The one who is killed runs what `radseek reindex` runs, with an engine that knows no
pixels.
"""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.synchronize import Event
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from benchmarks.fault_archive import (
    CARD,
    NAME,
    RENDERING,
    embedded,
    held,
    is_thumbnail,
    row_of,
    thumbnail_of,
)
from benchmarks.fault_processes import Usual
from core.errors import CardMismatch, CollectionLocked, StorageError, UnknownName
from core.types import DecodedFile, EmbeddedFile, EncoderCard, Found, Location, Source
from imaging.work import Before
from indexer.engine import Engine
from radseek import reindexing
from radseek.settings import Settings
from storage.batch import Batch
from storage.editions import Editions
from storage.layout import layout_of
from storage.reader import CollectionReader
from storage.verify import Examination, verify
from storage.verify_findings import CheckProgress, Depth
from storage.writer import CollectionWriter

CARDS: Final = {
    name: replace(CARD, name=name, weights_sha256=weights * 32)
    for name, weights in (("one", "1a"), ("two", "2b"))
}
FILES: Final = 60  # at first
CHANGES: Final = 5  # files that come, go and change in one batch
AIMS: Final = ("make", "make", "switch", "back", "prune", "discard")
MOST_BEFORE: Final = 12  # steps before the one that is aimed at, which may never come
PATIENCE: Final = 60.0  # seconds until a child that says nothing has failed


@dataclass
class Asked:
    """What a reader saw."""

    editions: int = 0  # that it saw being served, one after the other
    rows: int = 0
    searches: int = 0
    stale: int = 0  # answers that an edition did not give any more: it was deleted
    wrong: str = ""


@dataclass
class Editing:
    """What came of all kills."""

    kills: Counter[str] = field(default_factory=Counter)  # by the step that was at hand
    switches: int = 0  # editions that were served after a kill and not before
    goings_on: int = 0  # unfinished editions that were left for the next start
    batches: int = 0  # committed to the served edition meanwhile
    files: int = 0  # compared after kills, each with its embeddings
    asked: Asked = field(default_factory=Asked)


class Archive:
    """The files, and the batches that bring the served edition in line with them."""

    def __init__(self, home: Path, folder: Path, chance: random.Random) -> None:
        self._home = home
        self._folder = folder
        self._chance = chance
        self._number = 0
        self.files: dict[str, str] = {}  # the content by the name
        self.contents: set[str] = set()

    def begin(self) -> None:
        """Make the collection with the first files."""
        self._folder.mkdir()
        card = CARDS["one"]
        with CollectionWriter.open(self._home, NAME, card, RENDERING) as writer:
            self._commit(writer, card, [f"f{number}" for number in range(FILES)], [])

    def change(self) -> bool:
        """Let files come, go and change, in one batch; False when nobody may write now.

        Nor is anything written beside an edition that one can go back to: it would not have it.
        """
        editions = Editions(self._home, NAME)
        with ExitStack() as opened:
            try:
                card = editions.info(editions.served()).binding.card
                writer = CollectionWriter.open(self._home, NAME, card, RENDERING)
                opened.enter_context(writer)
                beside = editions.beside()
            except (CollectionLocked, CardMismatch, StorageError):
                return False
            if beside is not None and beside.is_complete:
                return False
            some = self._chance.sample(sorted(self.files), 2 * CHANGES)
            new = [f"f{FILES + self._number}-{number}" for number in range(CHANGES)]
            self._commit(writer, card, [*new, *some[:CHANGES]], some[CHANGES:])
            return True

    def _commit(
        self, writer: CollectionWriter, card: EncoderCard, come: Sequence[str], gone: Sequence[str]
    ) -> None:
        self._number += 1
        contents = {name: f"c{self._number}-{name}" for name in come}
        for name, content in contents.items():
            (self._folder / name).write_text(content)
        for name in gone:
            (self._folder / name).unlink()
        embedded = [read(card, self._folder / name) for name in come]
        writer.commit(Batch(embedded, gone=[Location(self._folder / name) for name in gone]))
        self.contents.update(contents.values())
        self.files = {name: c for name, c in self.files.items() if name not in gone} | contents


def read(card: EncoderCard, path: Path) -> EmbeddedFile:
    """What an encoder makes of a file."""
    state = path.stat()  # before it is read: what changes meanwhile is read again
    file = embedded(path.name, path.read_text(), card)
    source = Source(Location(path), state.st_size, state.st_mtime_ns, file.source.sha256)
    return replace(file, source=source)


class _Engine:
    """Embeds where it reads."""

    device = "cpu"
    advice = ""
    at_once = 4

    def __init__(self, card: EncoderCard) -> None:
        self._card = card

    def read(
        self, found: Iterable[Found], _before: Before, _defer_slices: bool
    ) -> Iterator[EmbeddedFile]:
        for each in found:
            with suppress(FileNotFoundError):  # gone since: the next round looks again
                yield read(self._card, each.location.path)

    def embed(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]]:
        raise AssertionError(f"{len(files)} files come decoded from an engine that embeds")


def reindex_until_killed(home: Path, seed: int, told: Connection) -> None:
    """Make editions, switch to them and back, and delete them; say each step before it begins."""
    chance = random.Random(seed)  # noqa: S311
    collection: dict[str, Any] = {"home": home, "collection": NAME, "batch_size": 20}
    _without_pixels(told.send)
    told.send("start")
    while True:
        with suppress(CollectionLocked):  # by who writes to the served edition: asked again
            _step(Settings(**collection), chance, told.send)


def _step(settings: Settings, chance: random.Random, say: Callable[[str], None]) -> None:
    served, beside = reindexing.editions_of(settings)
    if beside is not None and beside.is_complete and chance.random() < 0.3:
        say("back")
        reindexing.serve_other(settings)
    elif beside is not None and (beside.is_complete or chance.random() < 0.2):
        say("prune" if beside.is_complete else "discard")
        reindexing.remove_other(settings, complete=beside.is_complete)
    else:
        say("make")
        other = next(name for name in CARDS if name != served.binding.card.name)
        wish = settings.model_copy(update={"encoder": other})
        reindexing.reindex(wish, lambda _: None, lambda: False)


def _without_pixels(say: Callable[[str], None]) -> None:
    """Give `radseek reindex` encoders that need no weights, and let it say when it switches."""
    switch = Editions.switch

    @contextmanager
    def open_engine(_settings: Settings, encoder: Any, *_: object) -> Iterator[Engine]:
        yield _Engine(encoder.card)

    def say_and_switch(editions: Editions, there: Any) -> None:
        say("switch")
        switch(editions, there)

    wiring: Any = reindexing
    wiring.open_engine = open_engine
    wiring.load_encoder = lambda name, *_: SimpleNamespace(card=CARDS[name], device="cpu")
    wiring.PATIENCE_SECONDS = 0.01
    wiring.Editions.switch = say_and_switch


def ask_until_told(home: Path, seed: int, end: Event, told: Connection) -> None:
    """Ask the served edition again and again, and check every answer."""
    logging.disable()  # an edition that is deleted while it is asked has no thumbnails any more
    asker = _Asker(home, random.Random(seed))  # noqa: S311
    try:
        while not end.is_set():
            asker.ask()
    except Exception as error:
        asker.asked.wrong = f"{type(error).__name__}: {error}"
    told.send(asker.asked)


class _Asker:
    def __init__(self, home: Path, chance: random.Random) -> None:
        self._home = home
        self._chance = chance
        self._card = ""
        self._meant: dict[int, tuple[str, str, int]] = {}  # what an id has always named
        self.asked = Asked()

    def ask(self) -> None:
        """Ask whatever is served now a few times."""
        try:
            with CollectionReader.open(self._home, NAME) as reader:
                self.asked.editions += reader.card.name != self._card
                self._card = reader.card.name
                for _ in range(5):
                    self._ask(reader)
        except (StorageError, UnknownName):
            self.asked.stale += 1

    def _ask(self, reader: CollectionReader) -> None:
        snapshot = reader.snapshot()
        ids = self._chance.sample(snapshot.ids.tolist(), 10)
        rows = snapshot.embeddings(ids)
        for record, row in zip(snapshot.describe(ids), rows, strict=True):
            content = record.tags.series_description
            meant = (reader.card.name, content, record.frame)
            assert self._meant.setdefault(record.id, meant) == meant, "an id names another picture"
            np.testing.assert_allclose(row, row_of(content, record.frame, reader.card), atol=2e-3)
            assert reader.thumbnail(record.id) in {None, thumbnail_of(content, record.frame)}
        found, _ = snapshot.search(rows[:1], 5)
        assert ids[0] in found[0], "a picture is not found by its own row"
        self.asked.rows += len(ids)
        self.asked.searches += 1


def run(
    home: Path, kills: int, seed: int, context: ForkServerContext, show: Callable[[int], None]
) -> Editing:
    """Kill and check so many times. Raises AssertionError for whatever is wrong."""
    chance, usual, editing = random.Random(seed), Usual(), Editing()  # noqa: S311
    archive = Archive(home, home / "archive", chance)
    archive.begin()
    with _asking(context, home, seed, editing):
        for number in range(kills):
            before = Editions(home, NAME).served().number
            editing.kills[_killed(context, home, chance, archive, usual, editing)] += 1
            editing.switches += Editions(home, NAME).served().number != before
            _check(home, archive, editing)
            show(number + 1)
    return editing


def _killed(
    context: ForkServerContext,
    home: Path,
    chance: random.Random,
    archive: Archive,
    usual: Usual,
    editing: Editing,
) -> str:
    """Let it work for a while, with a batch of others meanwhile, and kill it; gives its step."""
    here, there = context.Pipe(duplex=False)
    arguments = (home, chance.getrandbits(32), there)
    process = context.Process(target=reindex_until_killed, args=arguments)
    process.start()
    there.close()
    assert here.poll(PATIENCE), "it says nothing"
    aimed, said = chance.choice(AIMS), here.recv()
    time.sleep(chance.uniform(0, usual.of("make")))
    if chance.random() < 0.5:
        editing.batches += archive.change()
    for _ in range(MOST_BEFORE):
        if said == aimed:
            break
        since = time.monotonic()
        assert here.poll(PATIENCE), f"it never ends to {said}"
        usual.learn(said, time.monotonic() - since)
        said = here.recv()
    time.sleep(chance.uniform(0, 1.2 * usual.of(said)))
    process.kill()
    process.join()
    assert process.exitcode == -9, f"it ended by itself with {process.exitcode}"
    with suppress(EOFError, OSError):
        while here.poll():
            said = here.recv()
    return str(said)


def _check(home: Path, archive: Archive, editing: Editing) -> None:
    """The served edition is whole and holds what was committed, under rows of its own encoder."""
    editions = Editions(home, NAME)
    served, layout = editions.served(), layout_of(home, NAME)
    assert served.is_complete, "an edition is served that was never finished"
    verified = verify(layout, NAME, Examination(Depth.FULL, is_thumbnail, _silent))
    assert verified.is_sound, verified.findings
    card = editions.info(served).binding.card
    files = held(layout, archive.contents, card)
    assert files == archive.files, f"there are {len(files)} files, not {len(archive.files)}"
    editing.files += len(files)
    beside = editions.beside()
    editing.goings_on += beside is not None and not beside.is_complete


@contextmanager
def _asking(context: ForkServerContext, home: Path, seed: int, editing: Editing) -> Iterator[None]:
    end = context.Event()
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=ask_until_told, args=(home, seed, end, there))
    process.start()
    try:
        yield
    finally:
        end.set()
        editing.asked = here.recv() if here.poll(PATIENCE) else Asked(wrong="no answer")
        process.join()
    assert not editing.asked.wrong, editing.asked.wrong


def facts_of(editing: Editing) -> dict[str, int]:
    """What came of it, for a table."""
    return {
        "kills, each followed by verify and a look at all embeddings": editing.kills.total(),
        "files with their embeddings that were looked at": editing.files,
        "kills with another edition served after than before": editing.switches,
        "kills that left an unfinished edition": editing.goings_on,
        "batches committed to the served edition meanwhile": editing.batches,
        "switches that the reader beside saw": editing.asked.editions - 1,
        "rows, records and thumbnails it checked": editing.asked.rows,
        "searches it checked": editing.asked.searches,
        "answers of an edition that was deleted meanwhile: none": editing.asked.stale,
    }


def _silent(_progress: CheckProgress) -> None:
    """Show nothing."""
