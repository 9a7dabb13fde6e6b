"""What one edition lacks of another, and has too much."""

from dataclasses import replace
from pathlib import Path

from core.types import CatalogueCode, Catalogued, EmbeddedFile, SkipCode, Skipped
from storage import difference
from storage.batch import Batch
from storage.binding import Binding
from storage.difference import Difference
from storage.editions import Editions
from storage.layout import layout_of
from storage.writer import CollectionWriter
from tests.unit.storage.factories import (
    CARD,
    RENDERING,
    at,
    catalogued,
    embedded,
    open_writer,
    random_rows,
    source,
)

BINDING = Binding(CARD, RENDERING, 7)
ROW = random_rows(1)


def differ(home: Path, served: Batch, edition: Batch) -> Difference:
    """A collection of one batch, and an edition of one batch beside it."""
    with open_writer(home) as writer:
        writer.commit(served)
    beside = Editions(home, "main").next().layout
    with CollectionWriter.open_edition(beside, "main", BINDING, 100) as writer:
        writer.commit(edition)
    return Difference(beside, layout_of(home, "main"), "main")


def skipped(name: str, code: SkipCode = SkipCode.CORRUPT) -> Skipped:
    return Skipped(at(name), code, "Half a header.", 100, 5)


def plain(*names: str) -> list[EmbeddedFile]:
    return [embedded(name, ROW) for name in names]


def member(archive: str, name: str) -> EmbeddedFile:
    return replace(embedded("x", ROW), source=source(archive, member=name))


def archive(name: str, content: str = "") -> Catalogued:
    return catalogued(name, content, CatalogueCode.CONTAINER)


def paths(*names: str) -> list[Path]:
    return [at(name).path for name in names]


def test_what_is_to_read_was_not_read_as_the_served_edition_read_it(tmp_path: Path) -> None:
    changed = embedded("changed", ROW, content="other")
    changed = replace(changed, source=replace(changed.source, modified_ns=6))
    served = Batch(
        embedded=plain("new", "same", "changed"),
        catalogued=[catalogued("report")],
        skipped=[skipped("bad"), skipped("far")],
    )
    edition = Batch(
        embedded=[*plain("same"), changed],
        catalogued=[catalogued("report")],
        skipped=[skipped("bad"), skipped("far", SkipCode.UNREADABLE)],
    )

    with differ(tmp_path, served, edition) as found:
        assert list(found.to_read()) == paths("changed", "far", "new")


def test_an_archive_is_read_once_and_only_when_its_own_row_is_not_there(tmp_path: Path) -> None:
    served = Batch(
        embedded=[member("done.zip", "1"), member("half.zip", "1"), member("half.zip", "2")],
        catalogued=[archive("done.zip"), archive("half.zip")],
        skipped=[Skipped(at("DICOMDIR", "not there"), SkipCode.UNREADABLE, "It is not there.")],
    )
    edition = Batch(embedded=[member("half.zip", "1")], catalogued=[archive("done.zip")])

    with differ(tmp_path, served, edition) as found:
        assert list(found.to_read()) == paths("half.zip")


def test_all_is_found_whatever_the_size_of_a_part(tmp_path: Path, monkeypatch) -> None:
    names = [f"{number:02d}" for number in range(11)]
    monkeypatch.setattr(difference, "_to_read", difference._to_read.limit(3))
    monkeypatch.setattr(difference, "_too_much", difference._too_much.limit(3))
    monkeypatch.setattr(difference, "_missing_files", difference._missing_files.limit(3))

    with differ(tmp_path, Batch(embedded=plain(*names)), Batch(embedded=plain("y"))) as found:
        assert list(found.to_read()) == paths(*names)
        assert [place for place, _ in found.missing_files()] == [at(name) for name in names]
    other = tmp_path / "other"
    with differ(other, Batch(embedded=plain("y")), Batch(embedded=plain(*names))) as found:
        parts = list(found.too_much())
    assert [len(part) for part in parts] == [3, 3, 3, 2]
    assert [place for part in parts for place in part] == [at(name) for name in names]


def test_what_the_served_edition_does_not_know_is_too_much(tmp_path: Path) -> None:
    """A member stays where the other archive was read: it may have other members."""
    served = Batch(
        embedded=[
            *plain("same"),
            *[member("a.zip", "1"), member("other.zip", "1"), member("half.zip", "1")],
        ],
        catalogued=[archive("a.zip"), archive("other.zip", "before")],
        skipped=[skipped("b.zip")],
    )
    edition = Batch(
        embedded=[
            *plain("same", "removed"),
            *[member("a.zip", "1"), member("a.zip", "removed")],
            *[member("other.zip", "1"), member("other.zip", "more")],
            *[member("b.zip", "1"), member("gone.zip", "1")],
            *[member("half.zip", "1"), member("half.zip", "removed")],
        ],
        catalogued=[
            *[archive("a.zip"), archive("other.zip", "after")],
            *[archive("b.zip"), archive("half.zip")],
        ],
    )

    with differ(tmp_path, served, edition) as found:
        (part,) = found.too_much()
    assert part == [
        at("a.zip", "removed"),
        at("gone.zip", "1"),
        at("half.zip", "removed"),
        at("removed"),
    ]


def test_missing_is_what_had_pictures_and_has_none(tmp_path: Path) -> None:
    served = Batch(
        embedded=plain("a", "b", "bad", "odd", "left-out", "gone"),
        catalogued=[catalogued("report")],
        skipped=[skipped("skipped")],
    )
    edition = Batch(
        embedded=plain("a", "b", "skipped"),
        catalogued=[
            catalogued("odd", code=CatalogueCode.NOT_A_PICTURE),
            catalogued("left-out", code=CatalogueCode.NOT_SAMPLED),
        ],
        skipped=[skipped("bad")],
    )

    with differ(tmp_path, served, edition) as found:
        assert found.missing() == {"corrupt": 1, "not-a-picture": 1, "not-read": 1}
        assert list(found.missing_files()) == [
            (at("bad"), "corrupt"),
            (at("gone"), "not-read"),
            (at("odd"), "not-a-picture"),
        ]
        assert found.with_pictures() == 6
        assert found.skipped() == 1
