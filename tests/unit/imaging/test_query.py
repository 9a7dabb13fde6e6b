import numpy as np
import pytest
from PIL import Image

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import query
from imaging.decode import read_pictures_from_bytes
from imaging.query import read_query
from tests.unit.imaging.factories import make_dicom, make_raster
from tests.unit.imaging.prepares import vanish


def make_cine():
    return make_dicom(np.arange(9 * 2 * 4, dtype=np.uint8).reshape(9, 2, 4))


@pytest.mark.slow
def test_an_upload_is_shown_as_the_archive_shows_it():
    middle = read_pictures_from_bytes(make_cine())[2]
    assert middle.frame == 4
    assert (read_query(make_cine()) == middle.pixels).all()


def test_a_picture_needs_no_process_of_its_own(monkeypatch):
    monkeypatch.setattr(query, "DecodePool", None)
    assert read_query(make_raster(Image.new("L", (4, 2), 9))).tolist() == [[[9] * 3] * 4] * 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", SkipCode.EMPTY),
        (b"words", SkipCode.NOT_AN_IMAGE),
        (make_dicom(PixelData=None), SkipCode.NO_PIXELS),
    ],
)
def test_what_cannot_be_shown_says_why(content, code):
    with pytest.raises(CannotDecode) as caught:
        read_query(content)
    assert caught.value.code is code


@pytest.mark.slow
def test_an_upload_that_crashes_a_decoder_costs_an_error_and_not_the_server(monkeypatch):
    monkeypatch.setattr(query, "_unprepared", vanish)
    with pytest.raises(CannotDecode) as caught:
        read_query(make_dicom())
    assert caught.value.code is SkipCode.DECODER_CRASHED
