"""Editions: what lies beside what is served, and how one takes the place of the other."""

from pathlib import Path

import pytest

from core.errors import CollectionCorrupt, CollectionLocked
from storage.batch import Batch
from storage.binding import Binding
from storage.editions import IDS, Edition, Editions
from storage.layout import collection_exists, collection_names, layout_of
from storage.pointer import pointer_path
from storage.reader import CollectionReader
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    CARD,
    RENDERING,
    fill,
    one_each,
    open_writer,
    random_rows,
)
from tests.unit.storage.laws import breaches

BINDING = Binding(CARD, RENDERING, 7)


def begin(home: Path, files: int) -> Edition:
    """Make an edition beside the served one, with its own rows."""
    editions = Editions(home, "main")
    edition = editions.next()
    first_id = editions.first_id()
    with CollectionWriter.open_edition(edition.layout, "main", BINDING, first_id) as writer:
        writer.commit(Batch(embedded=one_each(random_rows(files, seed=5))))
    return edition


def ids_of(home: Path) -> list[int]:
    with CollectionReader.open(home, "main") as reader:
        return reader.snapshot().ids.tolist()


def test_a_collection_begins_as_its_first_edition(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")

    assert editions.served() == Edition(1, layout_of(tmp_path, "main"))
    assert editions.served().is_complete
    assert editions.beside() is None


def test_an_edition_beside_changes_nothing_until_the_switch(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")
    root = layout_of(tmp_path, "main").root
    first = editions.served()

    made = begin(tmp_path, 3)
    (made.layout.root / "large").write_bytes(bytes(1 << 20))

    assert (made.number, made.layout.root) == (2, root / "editions" / "0002")
    assert (editions.beside(), made.is_complete) == (made, False)
    assert ids_of(tmp_path) == [1, 2]
    assert layout_of(tmp_path, "main").bytes_on_disk() < 1 << 20 < made.layout.bytes_on_disk()

    editions.switch(made)

    assert pointer_path(root).read_text() == "0002\n"
    assert (editions.served(), made.is_complete) == (made, True)
    assert editions.beside() == first
    assert ids_of(tmp_path) == [IDS + 1, IDS + 2, IDS + 3]
    assert collection_names(tmp_path) == ["main"]
    assert breaches(tmp_path) == {}


def test_ids_never_come_to_name_other_pictures(tmp_path: Path) -> None:
    """There and back, pruned and begun anew, with rows taken in at each step."""
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")
    first = editions.served()
    seen = set(ids_of(tmp_path))

    editions.switch(begin(tmp_path, 3))
    seen |= (second := set(ids_of(tmp_path)))
    editions.switch(first)
    with open_writer(tmp_path) as writer:
        writer.commit(Batch(embedded=one_each(random_rows(1, seed=9), "later")))
    assert set(ids_of(tmp_path)) - seen == {IDS + 4}
    seen |= set(ids_of(tmp_path))
    editions.remove(editions.beside())
    editions.switch(begin(tmp_path, 2))

    assert second == {IDS + 1, IDS + 2, IDS + 3}
    assert ids_of(tmp_path) == [2 * IDS + 1, 2 * IDS + 2]
    assert not seen & set(ids_of(tmp_path))


def test_what_is_written_goes_into_the_served_edition(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")
    editions.switch(begin(tmp_path, 3))

    with CollectionWriter.open(tmp_path, "main", CARD, RENDERING) as writer:
        writer.commit(Batch(embedded=one_each(random_rows(1, seed=9), "later")))

    assert ids_of(tmp_path) == [IDS + 1, IDS + 2, IDS + 3, IDS + 4]


def test_a_writer_that_waited_for_the_switch_follows_it(tmp_path: Path, monkeypatch) -> None:
    """It looked which edition is served, then another was, and only then got the lock."""
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")
    made = begin(tmp_path, 3)
    looks = iter([layout_of(tmp_path, "main"), made.layout, made.layout, made.layout])
    monkeypatch.setattr("storage.lock.layout_of", lambda *_: next(looks))

    with CollectionWriter.open(tmp_path, "main", CARD, RENDERING, 7) as writer:
        writer.commit(Batch(embedded=one_each(random_rows(1, seed=9), "later")))

    assert ids_of(tmp_path) == [1, 2]
    editions.switch(made)
    assert len(ids_of(tmp_path)) == 4


def test_the_first_edition_can_be_removed(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")
    first = editions.served()
    editions.switch(begin(tmp_path, 3))

    editions.remove(first)

    left = {path.name for path in first.layout.root.iterdir()}
    (first.layout.root / "catalog.removed").touch()  # as a kill would leave it
    with editions.changing():
        assert {path.name for path in first.layout.root.iterdir()} == left | {"reindex.lock"}
    assert left == {"edition", "editions"}
    assert collection_exists(tmp_path, "main")
    assert editions.beside() is None
    assert len(ids_of(tmp_path)) == 3


def test_an_edition_that_is_written_to_is_not_removed(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")
    made = begin(tmp_path, 3)

    with (
        CollectionWriter.open_edition(made.layout, "main", BINDING, 1),
        pytest.raises(CollectionLocked),
    ):
        editions.remove(made)

    assert editions.beside() == made


@pytest.mark.parametrize("left", ["a folder", "a catalog without tables", "one half removed"])
def test_what_a_crash_leaves_is_no_edition_and_is_deleted(tmp_path: Path, left: str) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")
    edition = editions.next()
    edition.layout.create()
    if left == "a catalog without tables":
        edition.layout.catalog.touch()  # as SQLite leaves it before the first transaction
    if left == "one half removed":
        (edition.layout.root / "catalog.removed").touch()

    assert editions.beside() is None
    with editions.changing():
        assert not edition.layout.root.exists()
    assert editions.next().number == 2


@pytest.mark.parametrize("text", ["", "two", "0002/../..", "\x00"])
def test_a_pointer_that_names_no_edition_is_refused(tmp_path: Path, text: str) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    pointer_path(tmp_path / "collections" / "main").write_text(text)

    with pytest.raises(CollectionCorrupt, match="does not name an edition"):
        CollectionReader.open(tmp_path, "main")
    with pytest.raises(CollectionCorrupt, match="does not name an edition"):
        open_writer(tmp_path)


def test_a_pointer_to_an_edition_that_is_gone_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    pointer_path(tmp_path / "collections" / "main").write_text("0002\n")

    with pytest.raises(CollectionCorrupt, match=r"editions/0002, which is not there"):
        CollectionReader.open(tmp_path, "main")
    with pytest.raises(CollectionCorrupt, match=r"editions/0002, which is not there"):
        open_writer(tmp_path)
    assert collection_names(tmp_path) == ["main"]


def test_two_that_change_editions_exclude_each_other(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")

    with editions.changing(), pytest.raises(CollectionLocked, match="reindexing"):
        editions.changing().__enter__()


def test_the_numbers_of_an_edition_are_told(tmp_path: Path) -> None:
    fill(tmp_path, one_each(random_rows(2)))
    editions = Editions(tmp_path, "main")

    info = editions.info(begin(tmp_path, 3))

    assert (info.number, info.is_complete, info.binding, info.files) == (2, False, BINDING, 3)
    assert info.bytes_on_disk > 3 * 16
