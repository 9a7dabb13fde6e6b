"""`radseek export` and `methods` as typed, read again by others."""

import csv
import hashlib
import json
import zipfile
from io import BytesIO

import numpy as np
import pydicom
import pytest
from dicom_slices import slice_bytes
from fakes import ColourEncoder
from PIL import Image

COLOURS = {"red": (200, 9, 9), "green": (9, 200, 9), "blue": (9, 9, 200)}


@pytest.fixture
def archive(tmp_path, command):
    """Three PNG files and a slice; red and blue are on a board."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (8, 8), colour).save(folder / f"{name}.png")
    (folder / "slice.dcm").write_bytes(slice_bytes(1, 1, PatientName="Doe^Ann", PatientID="4711"))
    assert command("index", folder, "--encoder", "colour")[0] == 0
    for colour in ("red", "blue"):
        assert command("search", colour, "-k", 1, "--add-to", "teaching")[0] == 0
    return folder


@pytest.fixture
def export(command, tmp_path):
    """Export with these words; gives what is in the file."""

    def exported(*words):
        to = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
        code, _, err = command("export", *words, "--to", to)
        assert code == 0, err
        return to.read_bytes()

    return exported


def rows(content):
    return list(csv.DictReader(content.decode().splitlines()))


def test_a_board_becomes_a_table_in_its_order(archive, export):
    told = rows(export("teaching", "--as", "csv"))
    assert [row["path"].rsplit("/", 1)[1] for row in told] == ["red.png", "blue.png"]
    assert [row["score"] for row in told] == ["", ""]


def test_hits_become_json_with_how_they_were_found(archive, export):
    told = json.loads(export("--search", "red", "-k", 2, "--where", "modality=''", "--as", "json"))
    assert [one["path"].rsplit("/", 1)[1] for one in told["pictures"]] == ["red.png", "blue.png"]
    card = ColourEncoder.card
    assert told["methods"]["encoder"]["weights_sha256"] == card.weights_sha256
    assert told["methods"]["query"]["parts"] == [{"text": "red", "weight": 1.0}]
    assert told["methods"]["options"]["filters"] == ["modality="]
    assert told["methods"]["found"]["hits"] == 2


def test_identity_leaves_on_request_only(archive, export):
    words = ("--search", "red", "-k", 4, "--as", "csv")
    assert b"4711" not in export(*words)
    (named,) = [row for row in rows(export(*words, "--identity")) if row["patient_id"]]
    assert (named["patient_id"], named["name_alphabetic"]) == ("4711", "Doe^Ann")


def test_uids_are_those_of_the_files(archive, export):
    uid = pydicom.dcmread(archive / "slice.dcm").SOPInstanceUID
    assert uid in export("--search", "red", "-k", 4, "--as", "uids").decode().split()


def test_contact_sheets_can_be_opened(archive, export):
    assert export("teaching", "--as", "pdf").startswith(b"%PDF-")
    with Image.open(BytesIO(export("teaching", "--as", "png"))) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width == 1240


def test_images_are_the_pixels_and_nothing_else(archive, export):
    with zipfile.ZipFile(BytesIO(export("teaching", "--as", "images"))) as bundle:
        with Image.open(bundle.open("pictures/000001.png")) as picture:
            assert picture.info == {}
            assert (np.asarray(picture) == COLOURS["red"]).all()
        assert {"README.txt", "methods.md", "methods.json", "left-out.csv"} <= set(
            bundle.namelist()
        )


def test_dicom_files_name_nobody_and_others_are_told_of(archive, export):
    content = export("--search", "red", "-k", 4, "--as", "dicom")
    with zipfile.ZipFile(BytesIO(content)) as bundle:
        (name,) = [one for one in bundle.namelist() if one.endswith(".dcm")]
        released = pydicom.dcmread(BytesIO(bundle.read(name)))
        left_out = rows(bundle.read("left-out.csv"))
        everything = b"".join(map(bundle.read, bundle.namelist()))
    assert (released.pixel_array == pydicom.dcmread(archive / "slice.dcm").pixel_array).all()
    assert len(left_out) == 3
    assert all("no DICOM file" in row["reason"] for row in left_out)
    assert b"4711" not in everything
    assert b"Doe" not in everything


def test_a_file_that_has_gone_or_changed_since_is_left_out(archive, export):
    (archive / "red.png").unlink()
    with zipfile.ZipFile(BytesIO(export("teaching", "--as", "images"))) as bundle:
        (gone,) = rows(bundle.read("left-out.csv"))
    assert gone["reason"] == "Its file is not there now."


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("teaching", "--as", "tiff"), "Cannot export as 'tiff'"),
        (("elsewhere", "--as", "csv"), "no cohort 'elsewhere'"),
        (("--as", "csv"), "Name a board to export"),
        (("teaching", "--search", "red", "--as", "csv"), "not both"),
    ],
)
def test_what_cannot_be_exported_is_told_and_nothing_written(
    archive, command, tmp_path, words, why
):
    code, _, err = command("export", *words, "--to", tmp_path / "out")
    assert (code, why in err) == (1, True)
    assert not (tmp_path / "out").exists()


def test_no_file_is_written_over(archive, command, tmp_path):
    (tmp_path / "out").write_text("mine")
    code, _, err = command("export", "teaching", "--as", "csv", "--to", tmp_path / "out")
    assert (code, "is there already" in err) == (1, True)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_methods_card_tells_what_was_searched_and_how(archive, command):
    told = json.loads(command("methods", "red", "--liked", "1", "--by", "series", "--json")[1])
    sha256 = hashlib.sha256((archive / "blue.png").read_bytes()).hexdigest()
    assert told["query"]["liked"] == [f"sha256 {sha256} frame 0"]
    assert told["options"]["unit"] == "series"
    assert told["collection"]["pictures"] == 4
    assert told["index"]["recall_at_10"] == 1.0
    page = command("methods", "red")[1]
    assert "`red`" in page
    assert ColourEncoder.card.weights_sha256 in page
    assert "not a medical device" in page
    assert "## Query" not in command("methods")[1]


@pytest.mark.parametrize("typed", ["4711", "2.25.12345.6", "/archive/Doe^Ann/1.dcm"])
def test_a_methods_card_repeats_no_identifier(archive, command, typed):
    code, out, _ = command("methods", typed)
    assert code == 0
    assert typed not in out
    assert "left out" in out


def test_a_methods_card_repeats_no_uid(archive, command):
    uid = pydicom.dcmread(archive / "slice.dcm").SeriesInstanceUID
    code, out, _ = command("methods", "--series", uid, "--where", f"series_uid={uid}")
    assert code == 0
    assert uid not in out
    assert "of the picture" in out
