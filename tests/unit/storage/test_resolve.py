"""Each content of a batch is told once, by the file that says most."""

import pytest

from storage.batch import Batch
from storage.catalog import FileState
from storage.resolve import contents, resolve
from tests.unit.storage.factories import (
    catalogued,
    embedded,
    hash_of,
    pending,
    random_rows,
    source,
)

SAME = hash_of("same")
SHOWN = embedded("shown", random_rows(1), content="same")
AGAIN = embedded("again", random_rows(1), content="same")
LISTED = catalogued("listed", "same")
HEADER = pending("header", 1.0, content="same")


def test_the_contents_are_those_that_are_told_or_copied() -> None:
    batch = Batch([SHOWN], copies=[source("b", "other")], touched=[source("c", "third")])

    assert contents(batch) == {SAME, hash_of("other")}


def test_the_first_embedded_file_stands_for_all() -> None:
    resolved = resolve(Batch([SHOWN, AGAIN], [LISTED], [HEADER]), {})

    assert resolved == Batch([SHOWN], [], [], copies=[AGAIN.source, LISTED.source, HEADER.source])


def test_a_catalogued_file_says_more_than_a_header() -> None:
    assert resolve(Batch(catalogued=[LISTED], pending=[HEADER]), {}) == Batch(
        [], [LISTED], [], copies=[HEADER.source]
    )


def test_a_header_of_embedded_bytes_is_a_copy() -> None:
    resolved = resolve(Batch(pending=[HEADER]), {SAME: FileState.EMBEDDED})

    assert resolved == Batch([], [], [], copies=[HEADER.source])


@pytest.mark.parametrize("state", [FileState.PENDING, FileState.CATALOGUED])
def test_a_header_of_bytes_without_pictures_stands(state: FileState) -> None:
    assert resolve(Batch(pending=[HEADER]), {SAME: state}) == Batch([], [], [HEADER], copies=[])


def test_bytes_that_come_embedded_anew_stand() -> None:
    resolved = resolve(Batch([AGAIN]), {SAME: FileState.EMBEDDED})

    assert resolved == Batch([AGAIN], [], [], copies=[])


def test_copies_that_nobody_holds_are_counted() -> None:
    copies = [source("a", "same"), source("b", "x"), source("c", "y")]

    with pytest.raises(ValueError, match="2 copies"):
        resolve(Batch([SHOWN], copies=copies), {})
