"""Whatever batches come, every file is in one state, and nothing lives without a file."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.types import CatalogueCode, Embeddings, Location, SkipCode, Skipped, Tags
from storage import shards
from storage.batch import Batch
from storage.catalog import FileState
from storage.index import ExactIndex
from storage.layout import layout_of
from storage.reader import CollectionReader
from tests.unit.storage.factories import (
    at,
    catalogued,
    embedded,
    hash_of,
    open_writer,
    pending,
    random_rows,
    source,
)
from tests.unit.storage.laws import breaches

# Few of each, so that they meet: the same places, bytes and pixels again and again.
PLACES = ("a", "b", "c", "d", "e")
CONTENTS = ("1", "2", "3", "4")
PIXELS = ("", "p", "q")
SERIES = Tags(series_uid="2.25.7")
QUERIES = random_rows(2, seed=9)
FATES = (
    FileState.EMBEDDED,
    FileState.CATALOGUED,
    FileState.PENDING,
    FileState.SKIPPED,
)  # best first


@dataclass(frozen=True)
class Word:
    """What a batch says of one place."""

    place: str
    fate: FileState
    content: str
    pixels: str
    frames: int


@dataclass
class Model:
    """What a plain reading of the rules makes of the batches: the oracle."""

    files: dict[str, str | None] = field(default_factory=dict)  # content by place; None: skipped
    states: dict[str, FileState] = field(default_factory=dict)  # by content

    def hear(self, said: list["Word"]) -> None:
        for word in said:
            self.files[word.place] = None if word.fate is FileState.SKIPPED else word.content
        for content in CONTENTS:
            told = {word.fate for word in said if word.content == content}
            if self.states.get(content) is FileState.EMBEDDED:
                told.discard(FileState.PENDING)
            best = next((fate for fate in FATES[:3] if fate in told), None)
            if best is not None:
                self.states[content] = best
        self.forget()

    def lose(self, places: set[str]) -> None:
        for place in places:
            self.files.pop(place, None)
        self.forget()

    def settle(self, place: str) -> None:
        content = self.files.get(place)
        if content is not None and self.states[content] is FileState.PENDING:
            self.states[content] = FileState.CATALOGUED

    def forget(self) -> None:
        held = set(self.files.values())
        self.states = {content: s for content, s in self.states.items() if content in held}

    def known(self) -> dict[Location, FileState]:
        return {
            at(place): FileState.SKIPPED if content is None else self.states[content]
            for place, content in self.files.items()
        }


words = st.builds(
    Word,
    place=st.sampled_from(PLACES),
    fate=st.sampled_from(FATES),
    content=st.sampled_from(CONTENTS),
    pixels=st.sampled_from(PIXELS),
    frames=st.integers(1, 2),
)
batches = st.lists(words, min_size=1, max_size=4, unique_by=lambda word: word.place)


def rows_of(content: str) -> Embeddings:
    """The embeddings of the two frames of a content."""
    return random_rows(2, seed=int(content))


def batch_of(said: list[Word]) -> Batch:
    by = {fate: [word for word in said if word.fate is fate] for fate in FATES}
    return Batch(
        embedded=[
            embedded(w.place, rows_of(w.content)[: w.frames], SERIES, w.content, pixels=w.pixels)
            for w in by[FileState.EMBEDDED]
        ],
        catalogued=[catalogued(w.place, w.content) for w in by[FileState.CATALOGUED]],
        pending=[pending(w.place, 1.0, SERIES, w.content) for w in by[FileState.PENDING]],
        skipped=[
            Skipped(at(w.place), SkipCode.CORRUPT, "half a header") for w in by[FileState.SKIPPED]
        ],
    )


def ended(home: Path) -> int:
    """How many rows of any table have ended and are still there, asked without this program."""
    tables = ("pictures", "instances")
    with closing(sqlite3.connect(layout_of(home, "main").catalog)) as connection:
        sql = "SELECT count(*) FROM {} WHERE tombstone IS NOT NULL"
        return sum(connection.execute(sql.format(table)).fetchone()[0] for table in tables)


class Archive(RuleBasedStateMachine):
    """Batches of all kinds, one after another."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.rows_per_shard, shards.ROWS_PER_SHARD = shards.ROWS_PER_SHARD, 5
        self.home = Path(self.folder.name)
        self.writer = open_writer(self.home)
        self.reader = CollectionReader.open(self.home, "main")
        self.model = Model()
        self.sequence = 0

    @rule(said=batches, gone=st.sets(st.sampled_from(PLACES), max_size=2))
    def commit(self, said: list[Word], gone: set[str]) -> None:
        left = gone - {word.place for word in said}
        self.model.hear(said)
        self.model.lose(left)
        self.writer.commit(replace(batch_of(said), gone=[at(place) for place in left]))
        self.sequence += 1

    @rule(places=st.sets(st.sampled_from(PLACES), min_size=1))
    def lose(self, places: set[str]) -> None:
        self.model.lose(places)
        self.writer.commit(Batch(gone=[at(place) for place in places]))
        self.sequence += 1

    @precondition(lambda self: self.model.states)
    @rule(data=st.data(), place=st.sampled_from(PLACES))
    def copy(self, data: st.DataObject, place: str) -> None:
        content = data.draw(st.sampled_from(sorted(self.model.states)))
        self.model.files[place] = content
        self.model.forget()
        self.writer.commit(Batch(copies=[source(place, content)]))
        self.sequence += 1

    @rule(places=st.sets(st.sampled_from(PLACES), min_size=1))
    def settle(self, places: set[str]) -> None:
        for place in places:
            self.model.settle(place)
        self.writer.settle([at(place) for place in places])

    @rule(share=st.sampled_from([0.0, 0.2, 0.5]))
    def compact(self, share: float) -> None:
        before = self.reader.snapshot().ids
        compacted = self.writer.compact(share)
        self.sequence += compacted.shards > 0
        assert self.reader.snapshot().ids.tolist() == before.tolist()
        if share == 0:
            assert ended(self.home) == 0

    @rule()
    def rebuild(self) -> None:
        self.writer.rebuild_index()

    @invariant()
    def no_law_is_broken(self) -> None:
        assert breaches(self.home) == {}

    @invariant()
    def each_file_is_in_the_state_that_was_said(self) -> None:
        known = self.writer.known()
        assert {place: file.state for place, file in known.items()} == self.model.known()
        assert self.writer.held(map(hash_of, CONTENTS)) == {
            hash_of(content): state for content, state in self.model.states.items()
        }

    @invariant()
    def the_counts_add_up(self) -> None:
        info = self.reader.info()
        states = Counter(self.model.known().values())
        assert info.sequence == self.sequence
        assert (info.files, info.catalogued) == (states["embedded"], states["catalogued"])
        assert (info.pending, info.skipped) == (states["pending"], states["skipped"])
        assert info.catalogued == sum(info.catalogued_by_code.values())
        assert info.skipped == sum(info.skipped_by_code.values())
        assert info.copies == sum(states.values()) - states["skipped"] - len(self.model.states)

    @invariant()
    def a_snapshot_shows_the_pictures_of_what_is_embedded(self) -> None:
        snapshot = self.reader.snapshot()
        shown = {record.location for record in snapshot.describe(snapshot.ids)}
        firsts = self.writer.known()
        assert {firsts[place].sha256 for place in shown} == {
            hash_of(content)
            for content, state in self.model.states.items()
            if state is FileState.EMBEDDED
        }
        stored = snapshot.embeddings(snapshot.ids)
        for record, row in zip(snapshot.describe(snapshot.ids), stored, strict=True):
            content = self.model.files[record.location.path.name]
            np.testing.assert_allclose(row, rows_of(content or "")[record.frame], atol=1e-3)
        exact, _ = ExactIndex(snapshot.ids, stored).search(QUERIES, 3)
        if len(snapshot.ids):
            np.testing.assert_array_equal(
                snapshot.search(QUERIES, 3)[0][:, : exact.shape[1]], exact
            )
        slices = list(chain.from_iterable(self.writer.pending_slices()))
        waiting = {hash_of(c) for c, s in self.model.states.items() if s is FileState.PENDING}
        assert {firsts[s.location].sha256 for s in slices if s.state == "pending"} == waiting
        assert [s.code for s in self.reader.catalogued(CatalogueCode.NOT_SAMPLED)] == [
            f.code for f in firsts.values() if f.code == CatalogueCode.NOT_SAMPLED
        ]

    def teardown(self) -> None:
        self.reader.close()
        self.writer.close()
        self.folder.cleanup()
        shards.ROWS_PER_SHARD = self.rows_per_shard


TestArchive = Archive.TestCase
TestArchive.settings = settings(
    max_examples=25,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
