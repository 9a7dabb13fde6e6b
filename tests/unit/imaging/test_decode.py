import gzip
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import decode
from imaging.decode import read_pictures, read_pictures_from_bytes
from tests.unit.imaging.factories import make_dicom, make_raster


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


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("PatientName Doe"), SkipCode.CORRUPT),
        (RecursionError(), SkipCode.CORRUPT),
        (MemoryError(), SkipCode.TOO_LARGE),
    ],
)
def test_an_error_of_a_library_is_translated_and_not_quoted(error, code, monkeypatch):
    def fail(content, frames):
        raise error

    monkeypatch.setattr(decode, "read_dicom", fail)
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(make_dicom())
    assert caught.value.code is code
    assert "Doe" not in caught.value.reason


DICOM, PNG = (
    make_dicom(np.arange(24, dtype=np.uint16).reshape(4, 6)),
    make_raster(Image.fromarray(np.arange(24, dtype=np.uint8).reshape(4, 6))),
)


@given(
    content=st.sampled_from([DICOM, PNG]),
    changes=st.lists(st.tuples(st.integers(0, 999), st.binary(max_size=6)), max_size=4),
    length=st.integers(0, 999),
)
def test_whatever_the_bytes_are_there_are_pictures_or_a_reason(content, changes, length):
    for place, replacement in changes:
        content = content[:place] + replacement + content[place + len(replacement) :]
    try:
        pictures = read_pictures_from_bytes(content[:length])
    except CannotDecode:
        return
    assert all(picture.pixels.dtype == np.uint8 for picture in pictures)
    assert all(picture.pixels.shape[2] == 3 for picture in pictures)
