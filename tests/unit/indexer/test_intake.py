"""Outcomes become batches, and each file one fate."""

from concurrent.futures import Future
from contextlib import ExitStack

import pytest
from fakes import ColourEncoder

from core.types import CatalogueCode, SkipCode
from indexer.batching import embed
from indexer.intake import PASSING, Intake
from indexer.ledger import Ledger, State
from indexer.stages import Stages
from indexer.under_way import Pace
from storage.catalog import FileState
from storage.visits_catalog import Recall
from tests.unit.indexer.factories import (
    catalogued,
    container,
    decoded,
    digest,
    known,
    opened_visits,
    pending,
    place,
    skipped,
    unchanged,
)

FATES = [*State, *CatalogueCode, *SkipCode]


class RecordingWriter:
    """Keeps the batches, and knows which bytes it has."""

    def __init__(self, held=()):
        self.batches = []
        self._held = dict(held)

    def held(self, hashes):
        return {sha256: self._held[sha256] for sha256 in hashes if sha256 in self._held}

    def forget(self, sha256):
        del self._held[sha256]

    def commit(self, batch):
        self.batches.append(batch)


class ColourEngine:
    """Embeds in the caller's thread."""

    def __init__(self, at_once):
        self.at_once = at_once

    def embed(self, files):
        future = Future()
        future.set_result(embed(files, ColourEncoder()))
        return future


class Taking:
    """An intake with all that it works on."""

    def __init__(self, visits, held=(), batch_size=100, old_places=lambda _: [], at_once=1000):
        self.writer, self.ledger = RecordingWriter(held), Ledger(visits)
        self.shown = []
        self.intake = Intake(
            self.ledger,
            Recall(visits),
            self.writer,
            lambda: ColourEngine(at_once),
            Pace(batch_size),
            lambda: self.shown.append(len(self.ledger)),
            Stages(),
            old_places,
        )

    def take(self, *outcomes):
        for outcome in outcomes:
            self.intake.take(outcome)
        return self

    def commit(self):
        self.intake.commit()
        return self

    def committed(self, kind):
        return [
            getattr(file, "source", file).location
            for batch in self.writer.batches
            for file in getattr(batch, kind)
        ]

    def fates(self):
        return {fate: self.ledger.count(fate) for fate in FATES if self.ledger.count(fate)}


@pytest.fixture
def start():
    """Starts intakes over a catalog that has these files; they end with the test."""
    with ExitStack() as opened:

        def started(files=None, *rest, **named):
            return Taking(opened.enter_context(opened_visits(files)), *rest, **named)

        yield started


def test_a_batch_is_committed_when_its_pictures_are_enough(start):
    taking = start(batch_size=4).take(decoded("a", "a", 3), decoded("b", "b", 1), decoded("c", "c"))
    assert len(taking.writer.batches) == 1
    assert taking.committed("embedded") == [place("a"), place("b")]
    assert taking.writer.batches[0].embedded[0].embeddings.shape == (3, 3)
    taking.intake.commit()
    assert taking.committed("embedded") == [place("a"), place("b"), place("c")]
    assert taking.intake.pictures == 5
    assert len(taking.shown) == 2


def test_files_without_pictures_fill_a_batch_too(start):
    taking = start(batch_size=3).take(skipped("a"), catalogued("b", "b"), pending("c", "c"))
    assert (taking.committed("skipped"), taking.committed("pending")) == (
        [place("a")],
        [place("c")],
    )


def test_the_row_of_a_container_comes_with_its_last_member_or_after(start):
    taking = start(batch_size=1)
    taking.take(container("z", "z!/1", "z!/2"), decoded("z!/1", "a"))
    assert taking.committed("catalogued") == []
    taking.take(skipped("z!/2"))
    taking.intake.commit()
    assert taking.committed("catalogued") == [place("z")]
    assert taking.fates() == {
        State.EMBEDDED: 1,
        SkipCode.CORRUPT: 1,
        CatalogueCode.CONTAINER: 1,
    }


def test_what_a_container_refuses_is_an_outcome(start):
    taking = start().take(container("z", refused=(skipped("z!/1", SkipCode.UNSUPPORTED),)))
    taking.intake.commit()
    assert taking.committed("skipped") == [place("z!/1")]
    assert taking.fates() == {SkipCode.UNSUPPORTED: 1, CatalogueCode.CONTAINER: 1}


def test_an_empty_container_is_catalogued(start):
    taking = start().take(container("z")).commit()
    assert taking.fates() == {CatalogueCode.CONTAINER: 1}


def test_a_container_waits_for_members_that_are_seen_and_not_read_yet(start):
    taking = start()
    taking.ledger.put(place("1"), State.TO_COME)
    taking.take(container("DICOMDIR", "1"))
    assert taking.ledger.count(State.TO_COME) == 2
    taking.take(decoded("1")).commit()
    assert taking.fates() == {State.EMBEDDED: 1, CatalogueCode.CONTAINER: 1}


def test_a_container_does_not_wait_for_members_that_are_settled(start):
    taking = start()
    taking.ledger.put(place("1"), State.UNCHANGED)
    taking.take(container("DICOMDIR", "1")).commit()
    assert taking.fates() == {State.UNCHANGED: 1, CatalogueCode.CONTAINER: 1}


def test_a_dicomdir_that_lists_a_zip_archive_waits_for_what_is_in_it(start):
    taking = start().take(container("DICOMDIR", "z"), container("z", "z!/1", letter="y"))
    assert taking.ledger.count(State.TO_COME) == 3
    taking.take(decoded("z!/1")).commit()
    assert taking.fates() == {State.EMBEDDED: 1, CatalogueCode.CONTAINER: 2}


def test_a_second_outcome_of_a_file_is_not_counted(start):
    taking = start().take(decoded("a", "a"), skipped("a"))
    taking.intake.commit()
    assert taking.fates() == {State.EMBEDDED: 1}
    assert taking.committed("skipped") == []


def test_copies_are_counted_and_not_embedded_again(start):
    taking = start(held={digest("a"): FileState.EMBEDDED})
    taking.take(decoded("copy", "a"), decoded("new", "b"), decoded("twin", "b"))
    taking.intake.commit()
    assert taking.committed("copies") == [place("copy"), place("twin")]
    assert (taking.intake.copies, taking.intake.pictures) == (2, 1)
    assert taking.fates() == {State.EMBEDDED: 3}


def test_a_file_that_comes_embedded_is_not_embedded_again(start):
    (embedded,) = embed([decoded("a", "a", 2)], ColourEncoder())
    taking = start().take(embedded, decoded("twin", "a", 2)).commit()
    assert taking.committed("embedded") == [place("a")]
    assert taking.committed("copies") == [place("twin")]
    assert taking.writer.batches[0].embedded[0] is embedded
    assert taking.intake.pictures == 2


def test_a_copy_of_what_is_on_its_way_is_not_embedded(start):
    taking = start(batch_size=100, at_once=1)
    taking.take(decoded("a", "a"), decoded("twin", "a"), decoded("b", "b")).commit()
    assert taking.committed("copies") == [place("twin")]
    assert taking.committed("embedded") == [place("a"), place("b")]


def test_nothing_is_accounted_for_before_it_is_durable(start):
    taking = start().take(decoded("a", "a"))
    assert taking.fates() == {}
    assert taking.commit().fates() == {State.EMBEDDED: 1}


def test_a_file_that_is_read_again_is_no_copy_of_itself(start):
    video = known(FileState.CATALOGUED, CatalogueCode.UNSUPPORTED_SYNTAX)
    taking = start({place("a"): video}, {digest("x"): FileState.CATALOGUED})
    taking.take(catalogued("a", code=CatalogueCode.UNSUPPORTED_SYNTAX))
    taking.intake.commit()
    assert taking.intake.copies == 0


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("state", [FileState.EMBEDDED, FileState.CATALOGUED, FileState.PENDING])
def test_what_cannot_be_read_for_the_moment_keeps_what_it_had(start, code, state):
    taking = start({place("a"): known(state, CatalogueCode.NO_PIXELS)}).take(skipped("a", code))
    taking.intake.commit()
    assert taking.committed("skipped") == []
    assert taking.fates() == {code: 1}


def test_a_file_that_is_broken_now_loses_what_it_had(start):
    taking = start({place("a"): known()}).take(skipped("a", SkipCode.CORRUPT))
    taking.intake.commit()
    assert taking.committed("skipped") == [place("a")]


def test_a_chosen_slice_that_cannot_be_read_is_skipped_for_good(start):
    taking = start({place("a"): known(FileState.PENDING)})
    taking.intake.forget_known()
    taking.take(skipped("a", SkipCode.UNREADABLE))
    taking.intake.commit()
    assert taking.committed("skipped") == [place("a")]


@pytest.mark.parametrize(
    ("state", "fate"),
    [(FileState.EMBEDDED, State.UNCHANGED), (FileState.PENDING, State.WAITING)],
)
def test_the_same_bytes_keep_their_state(start, state, fate):
    taking = start({place("a"): known(state)}).take(unchanged("a"))
    taking.intake.commit()
    assert taking.committed("touched") == [place("a")]
    assert taking.fates() == {fate: 1}


def test_an_archive_with_the_same_bytes_keeps_all_that_is_in_it(start):
    files = {
        place("z"): known(FileState.CATALOGUED, CatalogueCode.CONTAINER),
        place("z!/1"): known(),
        place("z!/2"): known(FileState.SKIPPED, SkipCode.CORRUPT),
        place("other!/1"): known(),
    }
    taking = start(files).take(unchanged("z")).commit()
    assert taking.fates() == {State.UNCHANGED: 2, SkipCode.CORRUPT: 1}


def test_bytes_in_a_new_place_are_a_copy_that_is_not_decoded(start):
    taking = start({place("a"): known()}, {digest("x"): FileState.EMBEDDED})
    taking.take(unchanged("b")).commit()
    assert taking.committed("copies") == [place("b")]
    assert (taking.intake.copies, taking.intake.moved) == (1, 0)
    assert taking.fates() == {State.UNCHANGED: 1}


def test_a_file_that_has_moved_leaves_its_old_place_and_is_no_copy(start):
    held = {digest("x"): FileState.EMBEDDED}
    taking = start({place("a"): known()}, held, old_places=lambda sha256: [place("a")])
    taking.take(unchanged("b")).commit()
    assert (taking.committed("copies"), taking.writer.batches[0].gone) == (
        [place("b")],
        [place("a")],
    )
    assert (taking.intake.copies, taking.intake.moved) == (0, 1)


def test_a_moved_slice_waits_for_its_series(start):
    taking = start({}, {digest("x"): FileState.PENDING}).take(unchanged("b")).commit()
    assert taking.fates() == {State.WAITING: 1}


@pytest.mark.parametrize("outcome", [unchanged("b"), decoded("b")])
def test_a_copy_of_bytes_that_end_before_its_batch_is_to_be_read_once_more(start, outcome):
    taking = start({place("a"): known()}, {digest("x"): FileState.EMBEDDED})
    taking.ledger.put(place("b"), State.TO_COME)
    taking.take(outcome)
    taking.intake._send()  # while the bytes are there
    taking.writer.forget(digest("x"))
    taking.commit()
    assert (taking.committed("copies"), taking.intake.lost) == ([], [place("b")])
    assert taking.fates() == {State.TO_COME: 1}
