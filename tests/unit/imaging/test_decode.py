import gzip
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import CannotDecode, InvalidRequest
from core.types import SkipCode
from imaging import decode
from imaging.decode import (
    Format,
    read_content,
    read_header,
    read_pictures,
    read_pictures_from_bytes,
    read_view,
)
from imaging.rules import Crop, Rules, View
from tests.hostile_files import nifti
from tests.unit.imaging.factories import make_dicom, make_raster

REPORT = "1.2.840.10008.5.1.4.1.1.88.11"


def zipped(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.dcm", content)
    return file.getvalue()


@pytest.mark.parametrize("name", ["x.dcm", "x.png", "x", "x.txt"])
@pytest.mark.parametrize(
    "content",
    [make_dicom(np.full((2, 4), 9, np.uint8)), make_raster(Image.new("L", (4, 2), 9))],
    ids=["dicom", "png"],
)
def test_the_content_decides_and_not_the_name(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    (picture,) = read_pictures(tmp_path / name)
    assert (picture.pixels == np.full((2, 4, 3), 9)).all()


@pytest.mark.parametrize(
    ("content", "code", "advice"),
    [
        (b"", SkipCode.EMPTY, ""),
        (b"a letter\n" * 40, SkipCode.NOT_AN_IMAGE, ""),
        (b"%PDF-1.7", SkipCode.NOT_AN_IMAGE, ""),
        (b"GIF89a" + b"\0" * 20, SkipCode.NOT_AN_IMAGE, ""),
        (gzip.compress(make_dicom()), SkipCode.NOT_AN_IMAGE, "gzip; unpack it"),
        (zipped(make_dicom()), SkipCode.NOT_AN_IMAGE, "zip; unpack it"),
        (b"\0" * 132, SkipCode.NOT_AN_IMAGE, ""),
    ],
)
def test_what_is_not_an_image_is_refused_with_a_sentence(content, code, advice):
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(content)
    assert caught.value.code is code
    assert advice in caught.value.reason
    assert caught.value.reason.endswith(".")


def test_a_missing_file_is_unreadable(tmp_path):
    with pytest.raises(CannotDecode) as caught:
        read_pictures(tmp_path / "missing")
    assert caught.value.code is SkipCode.UNREADABLE


READERS = {
    "content": lambda content: read_content(content, "", Rules()),
    "header": lambda content: read_header(content, "", Rules()),
    "view": lambda content: read_view(content, View(), Rules()),
}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("PatientName Doe"), SkipCode.CORRUPT),
        (RecursionError(), SkipCode.CORRUPT),
        (MemoryError(), SkipCode.TOO_LARGE),
    ],
)
@pytest.mark.parametrize("reader", READERS)
def test_an_error_of_a_library_is_translated_and_not_quoted(reader, error, code, monkeypatch):
    def fail(content, *_):
        raise error

    broken = Format(recognises=bool, read=fail, header=fail, view=fail, unshaded=fail)
    monkeypatch.setattr(decode, "FORMATS", (broken,))
    with pytest.raises(CannotDecode) as caught:
        READERS[reader](make_dicom())
    assert caught.value.code is code
    assert "Doe" not in caught.value.reason


DICOM, PNG, NIFTI = (
    make_dicom(np.arange(24, dtype=np.uint16).reshape(4, 6)),
    make_raster(Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 6))),
    nifti(),
)
SHAPES = [(DICOM, (4, 6)), (PNG, (4, 6)), (NIFTI, (4, 4))]


@pytest.mark.parametrize(("content", "shape"), SHAPES, ids=["dicom", "png", "nifti"])
def test_each_format_is_read_whole_by_its_header_and_as_a_view(content, shape):
    whole = read_content(content, "ab" * 32, Rules())
    header = read_header(content, "ab" * 32, Rules())
    assert (header.instance, header.kept, header.pictures) == (whole.instance, None, ())
    middle = whole.pictures[len(whole.pictures) // 2]
    assert middle.pixels.shape == (*shape, 3)
    assert (read_view(content, View(frame=middle.frame), Rules()) == middle.pixels).all()


@pytest.mark.parametrize(("content", "shape"), SHAPES, ids=["dicom", "png", "nifti"])
def test_a_file_without_uids_has_those_of_its_bytes(content, shape):
    first, again, other = (
        read_header(content, digest * 32, Rules()).instance.tags.study_uid
        for digest in ("ab", "ab", "cd")
    )
    assert first == again != other


def test_pictures_alone_are_refused_where_there_are_none():
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(make_dicom(SOPClassUID=REPORT, PixelData=None))
    assert caught.value.code is SkipCode.UNSUPPORTED
    assert "structured report" in caught.value.reason


def test_a_part_outside_of_the_picture_is_a_wrong_request_and_not_a_bad_file():
    with pytest.raises(InvalidRequest):
        read_view(DICOM, View(crop=Crop(900, 0, 5, 5)), Rules())


@given(
    content=st.sampled_from([DICOM, PNG, NIFTI]),
    changes=st.lists(st.tuples(st.integers(0, 999), st.binary(max_size=6)), max_size=4),
    length=st.integers(0, 999),
)
def test_whatever_the_bytes_are_there_are_pictures_or_a_reason(content, changes, length):
    for place, replacement in changes:
        content = content[:place] + replacement + content[place + len(replacement) :]
    try:
        pictures = read_content(content[:length], "", Rules()).pictures
    except CannotDecode:
        return
    assert all(picture.pixels.dtype == np.uint8 for picture in pictures)
    assert all(picture.pixels.shape[2] == 3 for picture in pictures)
