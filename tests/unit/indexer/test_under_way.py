"""Parcels are committed in the order of reading, in batches that are large or long due."""

from concurrent.futures import Future

import pytest
from fakes import ColourEncoder

from core.errors import EncoderError
from indexer.batching import embed, sort
from indexer.stages import Stages
from indexer.under_way import Pace, Parcel, UnderWay
from storage.catalog import FileState
from tests.unit.indexer.factories import catalogued, decoded, digest, place


class Line:
    """Parcels on their way to a writer that keeps the batches, and a clock."""

    def __init__(self, batch_size=100):
        self.now = 0.0
        self.batches = []
        pace = Pace(batch_size, 10, lambda: self.now)
        self.under_way = UnderWay(self, pace, lambda gathered, lost: None, Stages())

    def held(self, hashes):
        return {}

    def commit(self, batch):
        self.batches.append([file.source.location for file in (*batch.embedded, *batch.catalogued)])

    def send(self, *files):
        """Send a parcel; the future of its embeddings is for the test to fill."""
        batch = sort(files, {})
        future = Future() if batch.to_embed else None
        self.under_way.send(Parcel(batch, [], [], batch.fates, [], 0, future))
        return future


def finish(future, *files):
    future.set_result(embed(files, ColourEncoder()))


def test_a_parcel_waits_for_those_before_it():
    line = Line(batch_size=1)
    first, second = line.send(decoded("a", "a")), line.send(decoded("b", "b"))
    finish(second, decoded("b", "b"))
    line.under_way.collect()
    assert line.batches == []
    finish(first, decoded("a", "a"))
    line.under_way.collect()
    assert line.batches == [[place("a")], [place("b")]]


def test_parcels_become_one_batch_when_they_are_enough():
    line = Line(batch_size=5)
    for name in "abc":
        finish(line.send(decoded(name, name, 2)), decoded(name, name, 2))
    line.under_way.collect()
    assert line.batches == [[place("a"), place("b"), place("c")]]


def test_a_batch_that_is_long_due_is_committed_though_it_is_small():
    line = Line()
    line.send(catalogued("a", "a"))
    line.under_way.collect()
    assert line.batches == []
    line.now = 10
    line.under_way.collect()
    assert line.batches == [[place("a")]]


def test_what_came_before_a_failure_is_committed_and_nothing_after_it():
    line = Line()
    first, second = line.send(decoded("a", "a")), line.send(decoded("b", "b"))
    line.send(catalogued("c", "c"))
    finish(first, decoded("a", "a"))
    second.set_exception(EncoderError("It does not fit. Use a larger device."))
    with pytest.raises(EncoderError, match="does not fit"):
        line.under_way.collect()
    assert line.batches == [[place("a")]]


def test_the_end_waits_for_all():
    line = Line()
    finish(line.send(decoded("a", "a")), decoded("a", "a"))
    line.send(catalogued("b", "b"))
    line.under_way.finish()
    assert line.batches == [[place("a"), place("b")]]


def test_what_is_under_way_is_held_until_it_is_durable():
    line = Line()
    future = line.send(decoded("a", "x"))
    line.send(catalogued("b", "y"))
    hashes = [digest("x"), digest("y"), digest("z")]
    assert line.under_way.states(hashes) == {
        digest("x"): FileState.EMBEDDED,
        digest("y"): FileState.CATALOGUED,
    }
    assert line.under_way.holds(place("a"))
    assert not line.under_way.holds(place("c"))
    finish(future, decoded("a", "x"))
    line.under_way.finish()
    assert line.under_way.states(hashes) == {}
    assert not line.under_way.holds(place("a"))
