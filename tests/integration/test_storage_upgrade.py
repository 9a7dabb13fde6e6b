"""A collection of schema 0001, as an older radseek wrote it, goes on working."""

import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from core.errors import StorageError
from core.types import Identity, SkipCode, Skipped, Tags
from storage.batch import Batch
from storage.catalog import FileState
from storage.database import open_for_reading
from storage.keys import Key
from storage.layout import layout_of
from storage.migrate import revision_of
from storage.reader import CollectionReader
from tests.unit.storage.factories import at, embedded, open_writer, random_rows
from tests.unit.storage.laws import breaches

GOLDEN = Path(__file__).parents[1] / "golden" / "collection-0001"
ROWS = random_rows(9, seed=1)  # as make.py beside the collection has them


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A home with the old collection."""
    shutil.copytree(
        GOLDEN, layout_of(tmp_path, "main").root, ignore=shutil.ignore_patterns("make.py")
    )
    return tmp_path


@pytest.fixture
def upgraded(old: Path) -> Path:
    """The same after a writer has opened it."""
    open_writer(old).close()
    return old


def test_a_reader_leaves_it_alone_and_says_what_to_do(old: Path) -> None:
    with pytest.raises(StorageError, match=r"schema 0001, this one needs 0005.*Index into it"):
        CollectionReader.open(old, "main")


def test_what_it_was_lies_beside_it(upgraded: Path) -> None:
    backup = layout_of(upgraded, "main").root / "catalog-0001.backup.sqlite"
    engine = open_for_reading(backup)

    assert revision_of(engine) == "0001"
    engine.dispose()


def test_no_law_is_broken(upgraded: Path) -> None:
    assert breaches(upgraded) == {}


def test_each_file_is_known_but_those_without_pixels(upgraded: Path) -> None:
    with open_writer(upgraded) as writer:
        known = {place.path.name: file.state for place, file in writer.known().items()}
    with CollectionReader.open(upgraded, "main") as reader:
        skipped, info = reader.skipped(), reader.info()

    assert known == {
        "head.dcm": FileState.EMBEDDED,
        "copy.dcm": FileState.EMBEDDED,
        "volume.dcm": FileState.EMBEDDED,
        "plain.png": FileState.EMBEDDED,
        "bad.dcm": FileState.SKIPPED,
    }
    assert skipped == [Skipped(at("bad.dcm"), SkipCode.CORRUPT, "Half a header.", 9, 8, "77")]
    assert (info.files, info.copies, info.pictures, info.skipped) == (4, 1, 5, 1)
    assert info.slices_per_series == 32


def test_its_pictures_say_what_they_said(upgraded: Path) -> None:
    with CollectionReader.open(upgraded, "main") as reader:
        snapshot = reader.snapshot()
        head, *volume, plain = snapshot.describe(snapshot.ids)
        names = [reader.identity(record.id) for record in (head, *volume, plain)]
        thumbnails = [reader.thumbnail(int(i)) for i in snapshot.ids]

    assert (head.location, head.locations, head.frame) == (at("head.dcm"), 2, 0)
    assert head.tags == Tags(
        modality="CT",
        body_part="HEAD",
        study_date="20040229",
        study_day=date(2004, 2, 29),
        sop_uid="2.25.1",
        rows=512,
    )
    assert [(record.location, record.frame) for record in volume] == [
        (at("volume.dcm"), frame) for frame in range(3)
    ]
    # The 30th of February is no day.
    assert volume[2].tags == Tags(
        modality="CR", study_date="20040230", series_uid="2.25.2", instance_number=7
    )
    assert (plain.location, plain.tags) == (at("plain.png"), Tags())
    assert names == [
        Identity(
            patient_id="id-1",
            name_alphabetic="Yamada^Tarou",
            name_ideographic="山田^太郎",
            name_phonetic="やまだ^たろう",
            birth_date="19700101",
            birth_day=date(1970, 1, 1),
            accession_number="A1",
        ),
        *[None] * 4,
    ]
    assert thumbnails == [b"head", *[b"webp"] * 4]


def test_its_pictures_are_found_and_the_index_made_anew(upgraded: Path) -> None:
    living = ROWS[[0, 5, 6, 7, 8]]
    with CollectionReader.open(upgraded, "main") as reader:
        before = reader.snapshot()
        with open_writer(upgraded) as writer:
            writer.rebuild_index()
        after = reader.snapshot()

        for snapshot in (before, after):
            ids, scores = snapshot.search(living, 1)
            assert ids.ravel().tolist() == snapshot.ids.tolist()
            np.testing.assert_allclose(scores, 1, atol=1e-3)
            assert snapshot.keys(Key.PIXELS).tolist() == snapshot.ids.tolist()
        assert reader.info().index_rows == 5


def test_it_takes_what_comes_next(upgraded: Path) -> None:
    with open_writer(upgraded) as writer:
        writer.commit(Batch([embedded("volume.dcm", random_rows(1)), embedded("new", ROWS[:1])]))

    with CollectionReader.open(upgraded, "main") as reader:
        assert breaches(upgraded) == {}
        snapshot = reader.snapshot()
        shown = [record.location.path.name for record in snapshot.describe(snapshot.ids)]
        assert shown == ["head.dcm", "plain.png", "volume.dcm", "new"]
