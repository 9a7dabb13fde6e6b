"""Identifiers typed where words are expected, on a real collection, without an encoder."""

from dataclasses import replace
from datetime import date

import pytest
from runs import not_asked

from core.types import Identity, Tags, Unit
from search.filters import parse_where
from search.query import by_text
from search.request import Request
from search.searcher import Searcher
from storage.batch import Batch
from storage.identifiers import Naming
from storage.reader import CollectionReader
from tests.unit.storage.factories import at, axial, embedded, fill, open_writer, random_rows

ROWS = random_rows(8, seed=5)
HEAD = Tags(modality="CT", study_uid="1.2.1", series_uid="1.2.1.2", series_number=2)
SCOUT = Tags(modality="CT", study_uid="1.2.1", series_uid="1.2.1.1", series_number=1)
FILM = Tags(modality="CR", study_uid="1.2.2", series_uid="1.2.2.1")
ANNA, BEN = Identity("P100", accession_number="A2019-7"), Identity("P200")


def named(snapshot, naming, text):
    found = snapshot.named([naming], text)
    return found and found[1].tolist()


def head(name, z, row):
    tags = HEAD._replace(sop_uid=f"1.2.1.2.{z}")
    return embedded(name, ROWS[row : row + 1], tags, identity=ANNA, place=axial(float(z)))


@pytest.fixture
def home(tmp_path):
    """A head in two slices that came in the wrong order, its scout, and a film of two frames."""
    film = embedded("cr/film.png", ROWS[3:5], FILM, identity=BEN)
    fill(
        tmp_path,
        [
            head("ct/IM0002", 20, 0),
            head("ct/IM0001", 10, 1),
            embedded("ct/scout.dcm", ROWS[2:3], SCOUT, identity=ANNA),
            film,
        ],
    )
    return tmp_path


@pytest.fixture
def search(home):
    with CollectionReader.open(home, "main") as reader:
        searcher = Searcher(reader, lambda: pytest.fail("no encoder is needed"), not_asked)
        yield lambda text, **wanted: searcher.search(Request(by_text(text), **wanted))


def ids(results):
    return [hit.record.id for hit in results.hits]


FOUND = {
    "1.2.1.2.10": [2],
    "1.2.1.2": [2, 1],
    "1.2.1": [3, 2, 1],
    "A2019-7": [3, 2, 1],
    "a2019-7": [3, 2, 1],
    "P200": [4, 5],
    "#3": [3],
    "/archive/cr/film.png": [4, 5],
    "film.png": [4, 5],
    "IM0002": [1],
    "1.2.9": [],
    "other.png": [],
    "#99": [],
}


@pytest.mark.parametrize("text", FOUND)
def test_an_identifier_finds_its_pictures_series_by_series_in_order(search, text):
    results = search(text)
    assert ids(results) == FOUND[text]
    assert [hit.rank for hit in results.hits] == list(range(1, len(FOUND[text]) + 1))
    assert all(hit.score is None for hit in results.hits)
    assert (results.matching, results.total) == (len(FOUND[text]), 5)


@pytest.mark.parametrize("text", ["A2019-7", "P200", "1.2.9", "film.png"])
def test_the_note_does_not_repeat_the_identifier(search, text):
    (note,) = search(text).notes
    assert text not in note


def test_a_part_of_a_file_name_names_nothing(search):
    assert ids(search("ilm.png")) == []


def test_filters_units_and_pages_are_kept(search):
    assert ids(search("P100", where=[parse_where("series_uid=1.2.1.2")])) == [2, 1]
    by_series = search("P100", unit=Unit.SERIES)
    assert [(hit.record.id, hit.more) for hit in by_series.hits] == [(3, 0), (2, 1)]
    assert by_series.matching == 3
    assert ids(search("P100", k=1, offset=1)) == [2]
    assert search("P100", k=1, offset=1).hits[0].rank == 2


def test_what_was_removed_or_came_later_is_not_named(home):
    with CollectionReader.open(home, "main") as reader:
        before = reader.snapshot()
        with open_writer(home) as writer:
            later = embedded("ct/later", ROWS[5:6], HEAD, identity=ANNA)
            writer.commit(Batch(embedded=[later], gone=[at("ct/IM0001")]))
        assert named(before, Naming.PATIENT, "P100") == [3, 1]
        assert named(reader.snapshot(), Naming.PATIENT, "P100") == [3, 6, 1]


def test_a_member_of_an_archive_is_named_by_its_path_or_name(tmp_path):
    file = embedded("a.zip", ROWS[:1])
    other = replace(file.source, location=at("a.zip", "ct/1.dcm"))
    last = replace(file.source, location=at("a.zip", "2.dcm"), sha256="2" * 64)
    fill(tmp_path, [replace(file, source=other), replace(file, source=last)])
    with CollectionReader.open(tmp_path, "main") as reader:
        snapshot = reader.snapshot()
        assert named(snapshot, Naming.PATH, "/archive/a.zip!/ct/1.dcm") == [1]
        assert named(snapshot, Naming.PATH, "/archive/a.zip") == [1, 2]
        assert named(snapshot, Naming.FILE_NAME, "1.dcm") == [1]
        assert named(snapshot, Naming.FILE_NAME, "2.dcm") == [2]
        assert named(snapshot, Naming.FILE_NAME, "a.zip") == [1, 2]


def test_the_first_naming_that_names_something_is_told(home):
    with CollectionReader.open(home, "main") as reader:
        snapshot = reader.snapshot()
        namings = (Naming.ACCESSION, Naming.PATIENT, Naming.FILE_NAME)
        naming, ids = snapshot.named(namings, "P200")
        assert (naming, ids.tolist()) == (Naming.PATIENT, [4, 5])
        assert snapshot.named(namings, "P300") is None


def test_the_newest_study_comes_first(tmp_path):
    days = {"1.2.1": date(2019, 5, 1), "1.2.2": date(2021, 1, 1), "1.2.3": None}
    files = [
        embedded(uid, ROWS[at : at + 1], Tags(study_uid=uid, study_day=day), identity=ANNA)
        for at, (uid, day) in enumerate(days.items())
    ]
    fill(tmp_path, files)
    with CollectionReader.open(tmp_path, "main") as reader:
        assert named(reader.snapshot(), Naming.PATIENT, "P100") == [2, 1, 3]


@pytest.mark.parametrize(
    ("words", "is_name"),
    [
        (["smith"], True),
        (["mass", "JOHN"], True),
        (["smit"], False),
        (["\u5f20\u4e09"], True),
        (["\u4e09\u5f20"], False),
        (["%"], False),
        ([], False),
    ],
)
def test_a_word_is_the_name_of_somebody_or_not(tmp_path, words, is_name):
    smith = Identity("P1", name_alphabetic="Smith^John", name_ideographic="\u5f20^\u4e09")
    fill(tmp_path, [embedded("a.dcm", ROWS[:1], HEAD, identity=smith)])
    with CollectionReader.open(tmp_path, "main") as reader:
        assert reader.snapshot().names_somebody(words) is is_name
