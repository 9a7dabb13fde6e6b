import pytest

from core.types import CatalogueCode
from indexer.batching import sort
from indexer.ledger import State
from storage.catalog import FileState
from tests.unit.indexer.factories import catalogued, decoded, digest, pending, place

EMBEDDED, CATALOGUED, PENDING = FileState.EMBEDDED, FileState.CATALOGUED, FileState.PENDING
HELD = digest("x")


def test_new_bytes_are_done_with_as_they_came():
    files = [decoded("a", "a"), catalogued("b", "b"), pending("c", "c")]
    result = sort(files, {})
    assert (result.to_embed, result.catalogued, result.pending) == (
        [files[0]],
        [files[1]],
        [files[2]],
    )
    assert result.fates == {
        place("a"): State.EMBEDDED,
        place("b"): CatalogueCode.NO_PIXELS,
        place("c"): State.WAITING,
    }


def test_of_the_same_bytes_in_one_batch_the_first_stands():
    result = sort([decoded("a"), decoded("b")], {})
    assert [file.source.location for file in result.to_embed] == [place("a")]
    assert [copy.location for copy in result.copies] == [place("b")]
    assert result.fates[place("b")] is State.EMBEDDED


@pytest.mark.parametrize(
    ("file", "held", "fate"),
    [
        (decoded("a"), EMBEDDED, State.EMBEDDED),
        (catalogued("a"), EMBEDDED, State.EMBEDDED),
        (pending("a"), EMBEDDED, State.EMBEDDED),
        (catalogued("a"), CATALOGUED, CatalogueCode.NO_PIXELS),
        (pending("a"), CATALOGUED, CatalogueCode.NOT_SAMPLED),
        (pending("a"), PENDING, State.WAITING),
    ],
)
def test_bytes_that_are_held_are_a_copy_and_share_the_fate(file, held, fate):
    result = sort([file], {HELD: held})
    assert result.copies == [file.source]
    assert result.fates == {place("a"): fate}
    assert [*result.to_embed, *result.catalogued, *result.pending] == []


@pytest.mark.parametrize("held", [PENDING, CATALOGUED])
def test_bytes_that_have_pictures_now_are_embedded(held):
    result = sort([decoded("a")], {HELD: held})
    assert (len(result.to_embed), result.copies) == (1, [])


def test_a_slice_that_turns_out_to_have_no_picture_is_catalogued():
    result = sort([catalogued("a")], {HELD: PENDING})
    assert (len(result.catalogued), result.copies) == (1, [])
