"""The map of a collection on disk."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from core.errors import CardMismatch, CollectionCorrupt, StorageError
from storage.embedding_map import EmbeddingMap, MapMethod, MapNote, NearPairs, Trust
from storage.map_file import MapFile
from tests.unit.storage.factories import CARD

NOTE = MapNote(
    MapMethod.TSNE, 7, 900, datetime(2026, 3, 4, 5, tzinfo=UTC), Trust(10, 0.6, 0.01, 0.98)
)
NEAR = NearPairs(np.array([[3, 2**40], [3, 8]]), np.array([0.999, 0.98], np.float32), 70, 0.98)
POINTS = np.array([[0, 1], [-1, 0.5], [0.25, 0]], np.float32)
MADE = EmbeddingMap(np.array([3, 8, 2**40]), POINTS, NEAR, NOTE)


@pytest.fixture
def file(tmp_path):
    kept = MapFile(tmp_path / "map", "main", CARD)
    kept.write(MADE)
    return kept


def test_a_map_comes_back_as_it_was(file, tmp_path):
    read = file.read(sequence=7)

    np.testing.assert_array_equal(read.ids, MADE.ids)
    np.testing.assert_array_equal(read.points, MADE.points)
    np.testing.assert_array_equal(read.near.pairs, NEAR.pairs)
    np.testing.assert_array_equal(read.near.cosines, NEAR.cosines)
    assert (read.near.found, read.near.least) == (70, 0.98)
    assert read.note == NOTE
    assert [path.name for path in tmp_path.iterdir()] == ["map"]


def test_there_is_none_before_one_is_made(tmp_path):
    assert MapFile(tmp_path / "map", "main", CARD).read(sequence=7) is None


@pytest.mark.parametrize("place", [3, 60, -20, -1])
def test_a_map_with_another_byte_is_refused(file, tmp_path, place):
    whole = bytearray((tmp_path / "map").read_bytes())
    whole[place] ^= 0x55
    (tmp_path / "map").write_bytes(whole)

    with pytest.raises(CollectionCorrupt, match="damaged"):
        file.read(sequence=7)


@pytest.mark.parametrize("left", [0, 40, -8])
def test_a_shortened_map_is_refused(file, tmp_path, left):
    whole = (tmp_path / "map").read_bytes()
    (tmp_path / "map").write_bytes(whole[:left])

    with pytest.raises(CollectionCorrupt, match="damaged"):
        file.read(sequence=7)


def test_a_map_of_another_encoder_is_refused(file, tmp_path):
    other = MapFile(tmp_path / "map", "main", replace(CARD, weights_sha256="cd" * 32))

    with pytest.raises(CardMismatch, match="another encoder"):
        other.read(sequence=7)


def test_a_map_of_a_later_state_is_refused(file):
    with pytest.raises(CollectionCorrupt, match="later state"):
        file.read(sequence=6)


def test_a_map_of_a_later_state_goes_when_the_collection_is_written_to(file, tmp_path):
    file.discard_newer(sequence=7)
    assert (tmp_path / "map").exists()

    file.discard_newer(sequence=6)

    assert file.read(sequence=6) is None


def test_a_map_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(StorageError, match="A file of the collection 'main' cannot be used"):
        MapFile(tmp_path / "gone" / "map", "main", CARD).write(MADE)
