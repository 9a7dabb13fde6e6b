"""Outcomes become batches, and each file one fate."""

from concurrent.futures import Future

import pytest
from fakes import ColourEncoder

from core.types import CatalogueCode, SkipCode
from indexer.batching import embed
from indexer.intake import PASSING, Intake
from indexer.ledger import Ledger, State
from indexer.stages import Stages
from indexer.under_way import Pace
from storage.catalog import FileState
from tests.unit.indexer.factories import (
    catalogued,
    container,
    decoded,
    digest,
    known,
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

    def commit(self, batch):
        self.batches.append(batch)


class ColourEngine:
    """Embeds in the caller's thread."""

    at_once = 1000

    def embed(self, files):
        future = Future()
        future.set_result(embed(files, ColourEncoder()))
        return future


class Taking:
    """An intake with all that it works on."""

    def __init__(self, known=(), held=(), batch_size=100):
        self.writer, self.ledger = RecordingWriter(held), Ledger()
        self.shown = []
        self.intake = Intake(
            self.ledger,
            dict(known),
            self.writer,
            ColourEngine,
            Pace(batch_size),
            lambda: self.shown.append(len(self.ledger)),
            Stages(),
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


def test_a_batch_is_committed_when_its_pictures_are_enough():
    taking = Taking(batch_size=4).take(
        decoded("a", "a", 3), decoded("b", "b", 1), decoded("c", "c")
    )
    assert len(taking.writer.batches) == 1
    assert taking.committed("embedded") == [place("a"), place("b")]
    assert taking.writer.batches[0].embedded[0].embeddings.shape == (3, 3)
    taking.intake.commit()
    assert taking.committed("embedded") == [place("a"), place("b"), place("c")]
    assert taking.intake.pictures == 5
    assert len(taking.shown) == 2


def test_files_without_pictures_fill_a_batch_too():
    taking = Taking(batch_size=3).take(skipped("a"), catalogued("b", "b"), pending("c", "c"))
    assert (taking.committed("skipped"), taking.committed("pending")) == (
        [place("a")],
        [place("c")],
    )


def test_the_row_of_a_container_comes_with_its_last_member_or_after():
    taking = Taking(batch_size=1)
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


def test_what_a_container_refuses_is_an_outcome():
    taking = Taking().take(container("z", refused=(skipped("z!/1", SkipCode.UNSUPPORTED),)))
    taking.intake.commit()
    assert taking.committed("skipped") == [place("z!/1")]
    assert taking.fates() == {SkipCode.UNSUPPORTED: 1, CatalogueCode.CONTAINER: 1}


def test_an_empty_container_is_catalogued():
    taking = Taking().take(container("z")).commit()
    assert taking.fates() == {CatalogueCode.CONTAINER: 1}


def test_a_container_waits_for_members_that_are_seen_and_not_read_yet():
    taking = Taking()
    taking.ledger.put(place("1"), State.TO_COME)
    taking.take(container("DICOMDIR", "1"))
    assert taking.ledger.count(State.TO_COME) == 2
    taking.take(decoded("1")).commit()
    assert taking.fates() == {State.EMBEDDED: 1, CatalogueCode.CONTAINER: 1}


def test_a_container_does_not_wait_for_members_that_are_settled():
    taking = Taking()
    taking.ledger.put(place("1"), State.UNCHANGED)
    taking.take(container("DICOMDIR", "1")).commit()
    assert taking.fates() == {State.UNCHANGED: 1, CatalogueCode.CONTAINER: 1}


def test_a_dicomdir_that_lists_a_zip_archive_waits_for_what_is_in_it():
    taking = Taking().take(container("DICOMDIR", "z"), container("z", "z!/1", letter="y"))
    assert taking.ledger.count(State.TO_COME) == 3
    taking.take(decoded("z!/1")).commit()
    assert taking.fates() == {State.EMBEDDED: 1, CatalogueCode.CONTAINER: 2}


def test_a_second_outcome_of_a_file_is_not_counted():
    taking = Taking().take(decoded("a", "a"), skipped("a"))
    taking.intake.commit()
    assert taking.fates() == {State.EMBEDDED: 1}
    assert taking.committed("skipped") == []


def test_copies_are_counted_and_not_embedded_again():
    taking = Taking(held={digest("a"): FileState.EMBEDDED})
    taking.take(decoded("copy", "a"), decoded("new", "b"), decoded("twin", "b"))
    taking.intake.commit()
    assert taking.committed("copies") == [place("copy"), place("twin")]
    assert (taking.intake.copies, taking.intake.pictures) == (2, 1)
    assert taking.fates() == {State.EMBEDDED: 3}


def test_a_file_that_is_read_again_is_no_copy_of_itself():
    video = known(FileState.CATALOGUED, CatalogueCode.UNSUPPORTED_SYNTAX)
    taking = Taking({place("a"): video}, {digest("x"): FileState.CATALOGUED})
    taking.take(catalogued("a", code=CatalogueCode.UNSUPPORTED_SYNTAX))
    taking.intake.commit()
    assert taking.intake.copies == 0


@pytest.mark.parametrize("code", PASSING)
@pytest.mark.parametrize("state", [FileState.EMBEDDED, FileState.CATALOGUED, FileState.PENDING])
def test_what_cannot_be_read_for_the_moment_keeps_what_it_had(code, state):
    taking = Taking({place("a"): known(state, CatalogueCode.NO_PIXELS)}).take(skipped("a", code))
    taking.intake.commit()
    assert taking.committed("skipped") == []
    assert taking.fates() == {code: 1}


def test_a_file_that_is_broken_now_loses_what_it_had():
    taking = Taking({place("a"): known()}).take(skipped("a", SkipCode.CORRUPT))
    taking.intake.commit()
    assert taking.committed("skipped") == [place("a")]


def test_a_chosen_slice_that_cannot_be_read_is_skipped_for_good():
    taking = Taking({place("a"): known(FileState.PENDING)})
    taking.intake.forget_known()
    taking.take(skipped("a", SkipCode.UNREADABLE))
    taking.intake.commit()
    assert taking.committed("skipped") == [place("a")]


@pytest.mark.parametrize(
    ("state", "fate"),
    [(FileState.EMBEDDED, State.UNCHANGED), (FileState.PENDING, State.WAITING)],
)
def test_the_same_bytes_keep_their_state(state, fate):
    taking = Taking({place("a"): known(state)}).take(unchanged("a"))
    taking.intake.commit()
    assert taking.committed("touched") == [place("a")]
    assert taking.fates() == {fate: 1}


def test_an_archive_with_the_same_bytes_keeps_all_that_is_in_it():
    files = {
        place("z"): known(FileState.CATALOGUED, CatalogueCode.CONTAINER),
        place("z!/1"): known(),
        place("z!/2"): known(FileState.SKIPPED, SkipCode.CORRUPT),
        place("other!/1"): known(),
    }
    taking = Taking(files).take(unchanged("z")).commit()
    assert taking.fates() == {State.UNCHANGED: 2, SkipCode.CORRUPT: 1}
