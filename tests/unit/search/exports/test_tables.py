"""Tables are read again by other readers, and hold what was put in."""

import csv
import json
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CannotDecode
from core.types import Identity, Location, Record, SkipCode, Tags
from search.exports.anonymous import entries
from search.exports.picked import COLUMNS, IDENTITY, Picked, Row, cells
from search.exports.tables import csv_line, csv_of, json_of, uids_of
from search.exports.zipped import zipped

ANN = Identity(patient_id="17", name_alphabetic="Doe^Ann", birth_day=date(1961, 2, 3))
WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def row(number=1, identity=None, note="", score=None, **tags):
    tags = {"modality": "CT", "study_day": date(2021, 3, 4), "sop_uid": f"1.2.{number}"} | tags
    location = Location(Path("/archive/Doe^Ann/1.dcm"), "in/a.zip")
    indexed = datetime(2026, 1, 1, tzinfo=UTC)
    record = Record(10 * number, location, 2, Tags(**tags), indexed)
    return Row(number, Picked(record.id, score, note=note), record, identity)


def read(pieces):
    return list(csv.DictReader(StringIO(b"".join(pieces).decode())))


def test_the_columns_are_the_cells():
    assert tuple(cells(row())) == COLUMNS
    assert tuple(cells(row(identity=ANN))) == (*COLUMNS, *IDENTITY)


def test_a_table_has_a_line_for_each_picture():
    (told,) = read(csv_of([row(score=0.12345678, note='of "note", twice')], with_identity=False))
    assert told["id"] == "10"
    assert told["score"] == "0.123457"
    assert told["note"] == 'of "note", twice'
    assert (told["member"], told["frame"], told["study_day"]) == ("in/a.zip", "2", "2021-03-04")
    assert "patient_id" not in told


def test_identity_is_there_only_where_it_was_asked_for():
    (told,) = read(csv_of([row(identity=ANN)], with_identity=True))
    assert (told["patient_id"], told["birth_day"]) == ("17", "1961-02-03")
    assert read(csv_of([row()], with_identity=True))[0]["patient_id"] == ""


@given(texts=st.lists(WRITTEN, min_size=1, max_size=4))
def test_a_line_is_read_as_it_was_told_but_for_formulas(texts):
    (found,) = csv.reader(StringIO(csv_line(texts).decode(), newline=""))
    formulas = ("=", "+", "-", "@", "\t", "\r")
    assert found == [f"'{text}" if text.startswith(formulas) else text for text in texts]


def test_json_is_one_object():
    told = json.loads(b"".join(json_of([row(), row(2)], {"radseek": "1"})))
    assert told["methods"] == {"radseek": "1"}
    assert [one["id"] for one in told["pictures"]] == [10, 20]
    assert json.loads(b"".join(json_of([], None))) == {"methods": None, "pictures": []}


def test_uids_come_once_and_only_where_there_are_some():
    rows = [row(), row(2, sop_uid="1.2.1"), row(3, sop_uid=""), row(4)]
    assert b"".join(uids_of(rows)) == b"1.2.1\n1.2.4\n"


@given(contents=st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\.(txt|png)\Z"), st.binary()))
def test_a_zip_is_read_by_others_and_tells_no_date(contents):
    with zipfile.ZipFile(BytesIO(b"".join(zipped(contents.items())))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == contents
        assert {entry.date_time for entry in archive.infolist()} <= {(1980, 1, 1, 0, 0, 0)}


def test_a_zip_is_sent_while_it_is_made():
    made = []

    def contents():
        for number in range(3):
            made.append(number)
            yield f"{number}.png", b"x" * 100

    pieces = zipped(contents())
    assert b"x" * 100 in next(pieces)
    assert made == [0]


def released(rows, burned_in=False):
    def release(each):
        if each.number == 3:
            raise CannotDecode(SkipCode.UNREADABLE, "Its file is not there now.")
        return f"pixels of {each.number}".encode(), ".png"

    return dict(entries(rows, release, [("methods.md", b"how")], burned_in=burned_in))


def test_what_is_left_out_is_told_with_its_reason():
    rows = [row(), row(2, burned_in="YES"), row(3), row(4, burned_in="NO")]
    files = released(rows)
    assert [name for name in files if name.startswith("pictures/")] == [
        "pictures/000001.png",
        "pictures/000004.png",
    ]
    assert [(one["number"], one["file"]) for one in read([files["pictures.csv"]])] == [
        ("1", "pictures/000001.png"),
        ("4", "pictures/000004.png"),
    ]
    assert [(one["id"], one["reason"]) for one in read([files["left-out.csv"]])] == [
        ("20", "It says that writing is burned into it."),
        ("30", "Its file is not there now."),
    ]
    assert files["methods.md"] == b"how"
    assert b"look at every picture" in files["README.txt"]
    assert files.keys() - released(rows, burned_in=True).keys() == set()
    assert released(rows, burned_in=True)["pictures/000002.png"] == b"pixels of 2"


@pytest.mark.parametrize("secret", ["Doe", "Ann", "a.zip", "2021", "1.2.1", "mine", "archive"])
def test_a_file_of_pictures_names_nobody(secret):
    files = released([row(identity=ANN, note="mine")])
    assert all(secret.encode() not in name.encode() + content for name, content in files.items())
