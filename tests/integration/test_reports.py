"""Reports from files and from tables, found by their words as a person asks for them."""

import csv
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from dicom_slices import slice_bytes
from fakes import ColourEncoder
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import BasicTextSRStorage

from encoders.registry import ENCODERS, EncoderRow
from radseek.training import collection_set
from storage.reader import CollectionReader
from training.manifest import read_bytes

Command = Callable[..., tuple[int, str, str]]
Hits = list[tuple[str, str]]  # the name of the file, and what brought it


class OtherEncoder(ColourEncoder):
    card = replace(ColourEncoder.card, name="other", weights_sha256="0d" * 32)


@pytest.fixture
def archive(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three studies with a slice each, one of which has a report, and two other pictures."""
    monkeypatch.setattr("fakes.load_other", lambda weights, device: OtherEncoder(), raising=False)
    monkeypatch.setitem(ENCODERS, "other", EncoderRow("fakes:load_other", "", ""))
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in (1, 2, 3):
        study = {"StudyInstanceUID": f"1.2.{number}", "AccessionNumber": f"A{number}"}
        (folder / f"ct{number}.dcm").write_bytes(slice_bytes(number, 0, **study))
    for name, colour in (("red", (200, 20, 20)), ("blue", (20, 20, 200))):
        Image.new("RGB", (8, 8), colour).save(folder / f"{name}.png")
    write_report(folder, "Large effusion. No fracture.")
    assert command("index", folder)[0] == 0
    return folder


def write_report(folder: Path, text: str) -> None:
    said = Dataset()
    said.RelationshipType, said.ValueType, said.TextValue = "CONTAINS", "TEXT", text
    report = {
        "SOPClassUID": BasicTextSRStorage,
        "Modality": "SR",
        "StudyInstanceUID": "1.2.1",
        "ContentSequence": [said],
        "PixelData": None,
    }
    (folder / "report.dcm").write_bytes(slice_bytes(9, 0, **report))


def found(command: Command, text: str, ranking: str = "words") -> Hits:
    code, out, _ = command("search", text, "--ranking", ranking, "--json")
    assert code == 0
    return [(Path(hit["path"]).stem, hit["found_by"]) for hit in json.loads(out)["hits"]]


def write_table(folder: Path, *rows: dict[str, str]) -> Path:
    table = folder.parent / "reports.csv"
    with table.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(
            lines, ["study_uid", "sop_uid", "accession", "path", "ward", "text"]
        )
        writer.writeheader()
        writer.writerows(rows)
    return table


def test_pictures_are_trained_on_with_the_reports_of_their_study(
    archive: Path,
) -> None:
    with closing(CollectionReader.open(archive.parent / "home", "default")) as reader:
        data = collection_set(reader)

    told = {Path(example.path).stem: example for example in data.examples}
    assert told.keys() == {"ct1", "ct2", "ct3", "red", "blue"}
    assert (told["ct1"].modality, told["ct2"].report) == ("CT", "")
    assert told["ct1"].report.startswith("Large effusion.")
    assert len({example.group_id for example in data.examples}) == 5  # nobody is named: studies
    content = b"".join(read_bytes(data.folder, [told["red"]]))
    assert content == (archive / "red.png").read_bytes()


def test_a_structured_report_is_found_as_soon_as_it_is_indexed(
    command: Command, archive: Path
) -> None:
    assert found(command, "effusion") == [("ct1", "words")]
    assert found(command, "fracture") == []
    assert found(command, "without fracture") == [("ct1", "words")]

    write_report(archive, "Fracture.")
    assert command("index", archive)[0] == 0
    assert (found(command, "effusion"), found(command, "fracture")) == ([], [("ct1", "words")])
    (archive / "report.dcm").unlink()
    assert command("index", archive)[0] == 0
    assert found(command, "fracture") == []


def test_both_rankings_are_fused(command: Command, archive: Path) -> None:
    hits = found(command, "red effusion", "both")

    assert hits[0] == ("ct1", "both")
    assert hits[1] == ("red", "picture")
    assert len(hits) == 5
    _, out, _ = command("search", "fluid effusion", "--ranking", "both")
    assert [line.endswith("(its words fit)") for line in out.splitlines()] == [True, *[False] * 4]
    assert "effusion" not in out


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("the", "has no word"),
        ("unheard", "fit no report"),
        ("effusion", "fit 1 picture"),
    ],
)
def test_it_is_told_how_many_pictures_words_fit(
    command: Command, archive: Path, text: str, note: str
) -> None:
    for ranking in ("words", "both"):
        _, _, err = command("search", text, "--ranking", ranking)
        assert note in err


def test_no_text_is_no_query_by_words(command: Command, archive: Path) -> None:
    code, _, err = command("similar", 1, "--ranking", "words")

    assert code == 1
    assert "without a text" in err


def test_a_report_that_an_older_radseek_did_not_read_is_read_by_retry(
    command: Command, archive: Path, tmp_path: Path
) -> None:
    catalog = tmp_path / "home" / "collections" / "default" / "catalog.sqlite"
    with closing(sqlite3.connect(catalog)) as connection, connection:
        connection.execute("DELETE FROM reports")
    assert found(command, "effusion") == []

    assert command("retry", "--code", "no-pixels")[0] == 0

    assert found(command, "effusion") == [("ct1", "words")]
    assert command("verify", "--quick")[0] == 0


def test_a_table_gives_studies_their_reports_however_they_are_named(
    command: Command, archive: Path
) -> None:
    table = write_table(
        archive,
        {"study_uid": "1.2.1", "text": "Embolus."},
        {"accession": "A2", "text": "Cyst.\nTwo lines."},
        {"sop_uid": "1.2.826.0.1.9.3.1", "text": "Stone."},
        {"path": "archive/red.png", "text": "Abscess."},
        {"accession": "A2", "text": "Addendum: haematoma."},
        {"accession": "nobody", "text": "Lost."},
    )

    for _ in range(2):
        code, out, _ = command("reports", table, "--json")
        assert (code, json.loads(out)) == (3, {"reports": 6, "studies": 4, "unknown": [8]})
        assert found(command, "embolus") == found(command, "effusion") == [("ct1", "words")]
        assert found(command, "cyst") == found(command, "haematoma") == [("ct2", "words")]
        assert found(command, '"two lines"') == [("ct2", "words")]
        assert found(command, "stone") == [("ct3", "words")]
        assert found(command, "abscess") == [("red", "words")]
        assert json.loads(command("status", "--json")[1])["reports"] == 5
    assert command("verify", "--quick")[0] == 0


def test_a_row_without_a_text_takes_back_what_was_given(command: Command, archive: Path) -> None:
    command("reports", write_table(archive, {"study_uid": "1.2.1", "text": "Embolus."}))
    code, _, _ = command("reports", write_table(archive, {"study_uid": "1.2.1", "text": ""}))

    assert (code, found(command, "embolus")) == (0, [])
    assert found(command, "effusion") == [("ct1", "words")]  # that of the file stays


def test_lines_that_name_nothing_are_told_without_what_they_say(
    command: Command, archive: Path
) -> None:
    code, out, err = command(
        "reports", write_table(archive, {"accession": "SECRET", "text": "HIDDEN"})
    )

    assert (code, out) == (3, "1 row: 0 studies with a report now\n")
    assert "line 2" in err
    assert not {"SECRET", "HIDDEN"} & set(err.split())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"study_uid,report\n1.2.1,Mass.\n", "names its columns"),
        (b"", "names its columns"),
        (b"study_uid,text\n1.2.1,Mass.\n1.2.2\n", "line 3"),
        (b"study_uid,text\n,Mass.\n", "line 2: it does not say of which study"),
        (b'study_uid,text\n1.2.1,"Mass\nlate.\n', "line 2"),
        (b"study_uid,text\n1.2.1,\xff\n", "UTF-8"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(
    command: Command, archive: Path, content: bytes, told: str
) -> None:
    table = archive.parent / "bad.csv"
    table.write_bytes(content)

    code, _, err = command("reports", table)

    assert (code, told in err, "Mass" in err) == (1, True, False)
    assert found(command, "mass") == []


def test_what_was_given_goes_on_into_the_next_edition_and_ends_with_its_study(
    command: Command, archive: Path
) -> None:
    command("reports", write_table(archive, {"accession": "A2", "text": "Cyst."}))
    assert command("reindex", "--encoder", "other")[0] == 0

    assert found(command, "cyst") == [("ct2", "words")]
    assert found(command, "effusion") == [("ct1", "words")]
    command("reports", write_table(archive, {"accession": "A2", "text": "Scar."}))
    assert command("reindex", "--back")[0] == 0
    assert (found(command, "cyst"), found(command, "scar")) == ([], [("ct2", "words")])
    assert command("remove", archive / "ct2.dcm", "--yes")[0] == 0
    assert command("compact", "--all")[0] == 0
    assert command("index", archive)[0] == 0
    assert found(command, "scar") == []


def test_a_picture_has_the_reports_of_its_study(command: Command, archive: Path) -> None:
    command("reports", write_table(archive, {"accession": "A2", "text": "Cyst.\nTwo lines."}))
    with CollectionReader.open(archive.parent / "home", "default") as reader:
        records = reader.snapshot().describe(reader.snapshot().ids)
        texts = {each.location.path.stem: reader.reports(each.id) for each in records}
    assert texts["ct2"] == ["Cyst.\nTwo lines."]
    assert "effusion" in texts["ct1"][0]
    assert texts["red"] == []


def test_a_backup_has_the_reports(command: Command, archive: Path, tmp_path: Path) -> None:
    assert command("backup", tmp_path / "backup")[0] == 0
    (tmp_path / "backup").rename(tmp_path / "home" / "collections" / "restored")

    _, out, _ = command(
        "--collection", "restored", "search", "effusion", "--ranking", "words", "--json"
    )

    assert [Path(hit["path"]).stem for hit in json.loads(out)["hits"]] == ["ct1"]
