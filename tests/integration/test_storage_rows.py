"""Numbers and keys of a snapshot's rows, while batches come, pictures end and rows move."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from core.errors import UnknownName
from core.types import EmbeddedFile, Identity, Tags
from storage.batch import Batch
from storage.catalog import Catalog
from storage.keys import Key
from storage.reader import CollectionReader
from storage.snapshot import Snapshot
from storage.writer import CollectionWriter
from tests.unit.storage.factories import at, axial, embedded, open_writer, random_rows

ROWS = random_rows(12)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[CollectionWriter]:
    with open_writer(tmp_path) as writer:
        yield writer


@pytest.fixture
def reader(tmp_path: Path, writer: CollectionWriter) -> Iterator[CollectionReader]:
    with CollectionReader.open(tmp_path, "main") as reader:
        yield reader


def of_study(name: str, study: str, patient: str = "", issuer: str = "") -> EmbeddedFile:
    """A file of a study and its one series, and of a patient if one is named."""
    tags = Tags(study_uid=study, series_uid=study and f"{study}.1")
    identity = Identity(patient_id=patient, issuer=issuer)
    return embedded(name, ROWS[:1], tags, pixels=f"{name}", identity=identity)


def same(snapshot: Snapshot, key: Key) -> list[list[int]]:
    """The ids of the rows that share a key, each group ascending."""
    groups: dict[int, list[int]] = {}
    for picture_id, each in zip(snapshot.ids.tolist(), snapshot.keys(key).tolist(), strict=True):
        groups.setdefault(each, []).append(picture_id)
    return sorted(groups.values())


def test_numbers_are_in_their_units_and_nan_where_the_file_does_not_say(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    told = Tags(
        kvp=120.5,
        age_days=21915,
        study_day=date(1969, 12, 31),
        acquired_at=datetime(1970, 1, 3, 6, 0, 0, 0),  # noqa: DTZ001  (the clock of a scanner)
        rows=512,
        series_number=-3,
    )
    volume = embedded("a", ROWS[:2], told, place=axial(-7.5))
    writer.commit(Batch([volume, embedded("b", ROWS[2:3])]))

    snapshot = reader.snapshot()

    expected = {
        "kvp": 120.5,
        "age": 21915 / 365.2425,
        "age_days": 21915,
        "study_day": -1,
        "acquired_at": 2.25,
        "rows": 512,
        "series_number": -3,
        "along": -7.5,
    }
    for name, number in expected.items():
        np.testing.assert_allclose(snapshot.numbers(name), [number, number, np.nan], atol=1e-9)
    assert snapshot.numbers("frames").tolist() == [1, 1, 1]
    indexed = [record.indexed_at.timestamp() for record in snapshot.describe(snapshot.ids)]
    np.testing.assert_allclose(snapshot.numbers("indexed_at") * 86400, indexed, atol=1e-3)


def test_a_number_that_pictures_do_not_have_is_named_with_those_they_have(
    reader: CollectionReader,
) -> None:
    with pytest.raises(UnknownName, match=r"'modality'.*kvp"):
        reader.snapshot().numbers("modality")


def test_rows_of_one_series_study_patient_or_pixels_share_a_key(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    files = [
        of_study("a", "1", "P"),
        of_study("b", "2", "P"),
        of_study("c", "2", "Q"),
        of_study("d", "3"),
        of_study("e", "3"),
        of_study("f", ""),
        of_study("g", ""),
    ]
    copy = replace(of_study("h", "1", "P"), pictures=files[0].pictures)
    writer.commit(Batch([*files, copy]))

    snapshot = reader.snapshot()

    assert same(snapshot, Key.PIXELS) == [[1, 8], [2], [3], [4], [5], [6], [7]]
    assert same(snapshot, Key.SERIES) == [[1, 8], [2, 3], [4, 5], [6], [7]]
    assert same(snapshot, Key.STUDY) == [[1, 8], [2, 3], [4, 5], [6], [7]]
    assert same(snapshot, Key.PATIENT) == [[1, 2, 8], [3], [4, 5], [6], [7]]


def test_one_identifier_of_two_issuers_is_two_patients(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    pairs = [("1", "1 A"), ("11", " A"), ("1", "1 A"), ("1", ""), ("", "1 A")]
    files = [of_study(f"f{place}", f"2.{place}", *pair) for place, pair in enumerate(pairs)]
    writer.commit(Batch(files))

    assert same(reader.snapshot(), Key.PATIENT) == [[1, 3], [2], [4], [5]]


def test_a_patient_is_not_mistaken_for_a_study(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    named = of_study("a", "9", "7")
    writer.commit(Batch([named, of_study("b", "patient 1 7"), of_study("c", "7")]))

    assert same(reader.snapshot(), Key.PATIENT) == [[1], [2], [3]]


def test_the_patients_of_some_pictures_have_the_keys_of_all(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    files = [of_study("a", "1", "P"), of_study("b", "2", "P"), of_study("c", "2", "Q")]
    writer.commit(Batch([*files, of_study("d", "3"), of_study("e", "3"), of_study("f", "")]))
    snapshot = reader.snapshot()

    some = [snapshot.patients(ids).tolist() for ids in ([6, 3, 2], [1, 5, 4, 2])]

    keys = dict(zip(snapshot.ids.tolist(), snapshot.keys(Key.PATIENT).tolist(), strict=True))
    assert some == [[keys[6], keys[3], keys[2]], [keys[1], keys[5], keys[4], keys[2]]]


def test_the_patients_of_some_pictures_are_known_without_those_of_all(
    writer: CollectionWriter, reader: CollectionReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.commit(Batch([of_study("a", "1", "P"), of_study("b", "2", "P"), of_study("c", "3")]))
    snapshot = reader.snapshot()
    monkeypatch.delattr(Catalog, "per_row")

    first, second, third = snapshot.patients([1, 2, 3]).tolist()

    assert first == second != third


def test_keys_and_numbers_follow_batches_ends_and_moves(
    writer: CollectionWriter, reader: CollectionReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.commit(Batch([of_study("a", "1", "P"), of_study("b", "2", "P"), of_study("c", "3")]))
    before = reader.snapshot()
    known = {key: before.keys(key) for key in Key}
    before.numbers("frames")
    read: list[int] = []
    per_row = Catalog.per_row

    def counted(self: Catalog, told: object, span: object) -> object:
        found = per_row(self, told, span)  # type: ignore[arg-type]
        read.append(len(found))
        return found

    monkeypatch.setattr(Catalog, "per_row", counted)
    writer.commit(Batch([of_study("d", "3"), of_study("e", "9", "P")], gone=[at("a")]))
    writer.compact(share=0)
    writer.commit(Batch([of_study("f", "2", "Q")]))
    after = reader.snapshot()

    assert after.ids.tolist() == [2, 3, 4, 5, 6]
    assert same(after, Key.STUDY) == [[2, 6], [3, 4], [5]]
    assert same(after, Key.PATIENT) == [[2, 5], [3, 4], [6]]
    assert same(after, Key.SERIES) == [[2, 6], [3, 4], [5]]
    assert same(after, Key.PIXELS) == [[2], [3], [4], [5], [6]]
    assert after.numbers("frames").tolist() == [1] * 5
    assert read == [3] * (len(Key) + 1)  # of the new rows alone
    for key in Key:
        assert before.keys(key) is known[key]
        assert after.keys(key)[:2].tolist() == known[key][1:].tolist()


def test_keys_and_numbers_cannot_be_changed(
    writer: CollectionWriter, reader: CollectionReader
) -> None:
    writer.commit(Batch([of_study("a", "1")]))
    snapshot = reader.snapshot()

    for array in (snapshot.keys(Key.STUDY), snapshot.numbers("age")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
