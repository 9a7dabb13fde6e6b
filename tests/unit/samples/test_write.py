"""A written archive: its files, its truth, and what happens when it is broken off."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.config import RAISE, settings

from core.errors import InvalidRequest
from samples import dicom_files
from samples.scanners import SCANNERS
from samples.truth import COLUMNS, read_truth
from samples.write import MARK, write_archive

PATIENTS = 5  # chest, head, abdomen, chest again, hand


def quiet(_progress):
    """Take no notice."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples") / "archive"
    summary = write_archive(folder, PATIENTS, 0, quiet, size=64, workers=1)
    return folder, summary, read_truth(folder / "truth.csv")


def images(folder):
    return sorted(p for p in folder.glob("SYN-*/**/*") if p.is_file() and "SR99" not in p.parts)


def test_the_truth_has_one_row_for_each_image(archive):
    folder, summary, rows = archive
    assert [folder / row.path for row in rows] == images(folder)
    assert len(rows) == summary.images
    assert summary.patients == PATIENTS == len({row.patient_id for row in rows})
    assert summary.studies == summary.reports == len({row.study_uid for row in rows})


def test_the_truth_says_what_the_files_say(archive):
    folder, _, rows = archive
    for row in rows[::7]:
        read = pydicom.dcmread(folder / row.path, stop_before_pixels=True)
        assert (row.sop_uid, row.series_uid, row.study_uid, row.modality, row.body_part) == (
            read.SOPInstanceUID,
            read.SeriesInstanceUID,
            read.StudyInstanceUID,
            read.Modality,
            read.BodyPartExamined,
        )
        assert row.patient_name == str(read.PatientName)
        assert row.frames == int(read.get("NumberOfFrames", 1))
        assert str(row.age).zfill(3) + "Y" == read.PatientAge


def test_labels_sides_sizes_and_boxes_go_together_and_lie_in_the_image(archive):
    folder, _, rows = archive
    seen = [row for row in rows if row.labels]
    assert seen
    for row in seen:
        columns = [text.split(";") for text in (row.labels, row.sides, row.sizes_mm, row.boxes)]
        assert len({len(column) for column in columns}) == 1
        assert set(columns[0]) <= set(row.study_labels.split(";"))
        read = pydicom.dcmread(folder / row.path, stop_before_pixels=True)
        for box in columns[3]:
            left, top, right, bottom = map(int, box.split(","))
            assert 0 <= left < right <= read.Columns
            assert 0 <= top < bottom <= read.Rows


def test_every_file_is_read_strictly_without_a_warning(archive, monkeypatch):
    folder, _, _ = archive
    monkeypatch.setattr(settings, "reading_validation_mode", RAISE)
    syntaxes = set()
    for path in images(folder)[::3]:
        read = pydicom.dcmread(path)
        assert read.SOPInstanceUID == read.file_meta.MediaStorageSOPInstanceUID
        assert list(read.iterall())
        syntaxes.add(read.file_meta.TransferSyntaxUID)
        assert read.pixel_array.size >= 32 * 64
    assert len(syntaxes) >= 5


def test_every_file_says_that_it_is_synthetic_and_no_uid_is_there_twice(archive):
    folder, _, rows = archive
    assert len({row.sop_uid for row in rows}) == len(rows)
    for path in images(folder)[::5]:
        read = pydicom.dcmread(path, stop_before_pixels=True)
        assert "SYNTHETIC" in read.ImageComments
        assert "SYNTHETIC" in read.PatientComments
        assert read.Manufacturer.startswith("SYNTHETIC")
        assert read.SOPInstanceUID.startswith("2.25.")
        assert "PatientIdentityRemoved" not in read
    assert (folder / "README.txt").read_text().startswith(MARK)


def test_reports_are_structured_and_hold_the_text_of_the_truth(archive):
    folder, _, rows = archive
    reports = {row.study_uid: row.report for row in rows}
    files = sorted(folder.glob("SYN-*/*/SR99/*"))
    assert len(files) == len(reports)
    for path in files:
        read = pydicom.dcmread(path)
        assert read.Modality == "SR"
        assert read.ContentSequence[0].TextValue == reports[read.StudyInstanceUID]


def test_dcmtk_accepts_every_kind_of_file(archive, dcmtk, tmp_path):
    folder, _, _ = archive
    chosen = {}
    for path in images(folder):
        read = pydicom.dcmread(path, stop_before_pixels=True)
        chosen[read.SOPClassUID, read.file_meta.TransferSyntaxUID] = path
    plain = [(uid, path) for (_, uid), path in chosen.items() if "2000" not in uid.name]
    for uid, path in plain:
        upright = path
        if "JPEG-LS" in uid.name:
            upright = tmp_path / "plain.dcm"
            subprocess.run(["dcmdjpls", path, upright], check=True)
        drawn = tmp_path / "drawn.png"
        subprocess.run(["dcmj2pnm", "+on", upright, drawn], check=True, capture_output=True)
        assert np.asarray(Image.open(drawn)).std() > 1
    assert len(plain) >= 5


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes_in_one_process_or_two(archive, tmp_path):
    folder, _, _ = archive
    counts = []
    again = tmp_path / "again"
    write_archive(again, 2, 0, lambda p: counts.append(p.patients_done), size=64, workers=2)
    here, there = digests(again), digests(folder)
    del here["truth.csv"]
    assert counts == [1, 2]
    assert here == {name: there[name] for name in here}
    assert {name[:9] for name in here if name.startswith("SYN")} == {"SYN-00001", "SYN-00002"}


def test_another_seed_writes_other_people(archive, tmp_path):
    _, _, rows = archive
    write_archive(tmp_path / "other", 1, 1, quiet, size=64, workers=1)
    other = read_truth(tmp_path / "other" / "truth.csv")
    assert not {row.sop_uid for row in other} & {row.sop_uid for row in rows}


def test_a_former_sample_is_replaced_and_other_folders_are_refused(tmp_path):
    folder = tmp_path / "archive"
    write_archive(folder, 2, 0, quiet, size=64, workers=1)
    summary = write_archive(folder, 1, 0, quiet, size=64, workers=1)
    assert [path.name for path in sorted(folder.glob("SYN-*"))] == ["SYN-00001"]
    assert summary.images == len(read_truth(folder / "truth.csv"))
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "thesis.txt").write_text("dear")
    with pytest.raises(InvalidRequest, match="holds other files"):
        write_archive(strange, 1, 0, quiet, size=64, workers=1)
    with pytest.raises(InvalidRequest, match="is a file"):
        write_archive(strange / "thesis.txt", 1, 0, quiet, size=64, workers=1)
    assert (strange / "thesis.txt").read_text() == "dear"


def test_a_link_in_a_former_sample_is_not_followed_when_it_is_replaced(tmp_path):
    folder, precious = tmp_path / "archive", tmp_path / "precious"
    write_archive(folder, 1, 0, quiet, size=64, workers=1)
    precious.mkdir()
    (precious / "letter").write_text("keep")
    shutil.rmtree(folder / "SYN-00001")
    (folder / "SYN-00001").symlink_to(precious)
    with pytest.raises(InvalidRequest, match="link"):
        write_archive(folder, 1, 0, quiet, size=64, workers=1)
    assert (precious / "letter").read_text() == "keep"


def test_a_broken_off_run_leaves_no_half_file_and_no_truth(tmp_path, monkeypatch):
    real, calls = dicom_files.save, []

    def interrupted(path, meta, body):
        calls.append(path)
        if len(calls) == 4:
            path.with_name(path.name + dicom_files.UNFINISHED).write_bytes(body[:99])
            raise KeyboardInterrupt
        real(path, meta, body)

    monkeypatch.setattr(dicom_files, "save", interrupted)
    folder = tmp_path / "archive"
    with pytest.raises(KeyboardInterrupt):
        write_archive(folder, 1, 0, quiet, size=64, workers=1)
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in left if path.name.endswith(".part")]
    assert not (folder / "truth.csv").exists()
    for path in left:
        assert path.name == "README.txt" or pydicom.dcmread(path).SOPInstanceUID
    monkeypatch.undo()
    assert write_archive(folder, 1, 0, quiet, size=64, workers=1).patients == 1


def test_the_truth_has_the_columns_of_the_docs():
    page = (Path(__file__).parents[3] / "docs" / "samples.md").read_text()
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []
    assert [machine.model for machine in SCANNERS if machine.model not in page] == []
