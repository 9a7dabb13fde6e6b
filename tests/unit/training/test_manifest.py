"""Reading a training set's manifest."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from core.errors import TrainingError
from training.manifest import Example, read_bytes, read_manifest

HEADER = "path,source,modality,body_part,group_id"


def folder_with(tmp_path: Path, *lines: str) -> Path:
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_missing_columns_are_empty_and_unknown_ones_are_left_alone(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, f"{HEADER},view,weather", "a.png,s,CT,head,p1,axial,sunny")

    assert read_manifest(folder) == [Example("a.png", "s", "CT", "head", "p1", view="axial")]


def test_of_images_with_the_same_bytes_the_first_stays(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        f"{HEADER},orig_md5",
        "a.png,s,CT,head,p1,11",
        "b.png,s,CT,head,p2,22",
        "c.png,t,CT,head,p3,11",
        "d.png,t,CT,head,p4,",
        "e.png,t,CT,head,p5,",
    )

    assert [example.path for example in read_manifest(folder)] == [
        "a.png",
        "b.png",
        "d.png",
        "e.png",
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER], "lists no image"),
        (["path,source,body_part,group_id", "a,s,head,p"], "no column modality"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        read_manifest(folder_with(tmp_path, *lines))


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"no .*manifest.csv"):
        read_manifest(tmp_path)


def test_files_come_from_folders_and_archives_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"plain")
    with ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.writestr("in/b.png", b"zipped")
    zipped = Example("in/b.png", "s", "CT", "head", "p", archive="set.zip")
    plain = Example("a.png", "s", "CT", "head", "p")

    assert list(read_bytes(tmp_path, [zipped, plain, zipped])) == [b"zipped", b"plain", b"zipped"]


@pytest.mark.parametrize("archive", ["", "set.zip"])
def test_a_file_that_is_gone_is_named(tmp_path: Path, archive: str) -> None:
    with ZipFile(tmp_path / "set.zip", "w"):
        pass
    gone = Example("gone.png", "s", "CT", "head", "p", archive=archive)

    with pytest.raises(TrainingError, match=r"gone\.png"):
        list(read_bytes(tmp_path, [gone]))


def test_an_archive_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "set.zip").write_bytes(b"no archive")

    with pytest.raises(TrainingError, match=r"set\.zip"):
        list(read_bytes(tmp_path, [Example("a", "s", "CT", "head", "p", archive="set.zip")]))
