"""What a viewer shades by itself is what the renderer shows, to the pixel."""

from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from PIL import Image

from core.errors import CannotDecode
from imaging.decode import read_unshaded, read_view
from imaging.display import Window, WindowFunction
from imaging.profiles import MI2_COMPAT, VOI
from imaging.rules import Rules, View
from tests.unit.imaging.factories import make_dicom, make_raster
from tests.unit.imaging.test_nifti import make_nifti

PYDICOM_FILES = Path(pydicom.data.__file__).parent / "test_files"
WINDOWS = (
    None,
    Window(40, 400),
    Window(3.25, 1),
    Window(500, 777.5, WindowFunction.LINEAR_EXACT),
    Window(-20, 90, WindowFunction.SIGMOID),
)
VALUES = np.arange(48, dtype=np.int16).reshape(6, 8) * 50 - 1000
SPECIMENS = {
    "rescaled": make_dicom(VALUES, RescaleSlope=2, RescaleIntercept=-10.5),
    "padded": make_dicom(VALUES, PixelPaddingValue=-1000, PixelPaddingRangeLimit=-900),
    "negative": make_dicom(
        VALUES, PhotometricInterpretation="MONOCHROME1", WindowCenter=100, WindowWidth=900
    ),
    "sigmoid": make_dicom(VALUES, WindowCenter=9, WindowWidth=500, VOILUTFunction="SIGMOID"),
    "8-bit": make_dicom(VALUES.astype(np.uint8)),
    "stretched": make_dicom(VALUES, PixelSpacing=[1.7, 1.0]),
    "png": make_raster(Image.new("L", (4, 2), 9)),
    "16-bit png": make_raster(Image.fromarray(VALUES.astype(np.uint16))),
    "colours": make_raster(Image.new("RGB", (4, 2), (9, 80, 200))),
}


def expect_the_same(content, frame, profile):
    rules = Rules(profile=profile)
    given = read_unshaded(content, frame, rules)
    for window in WINDOWS:
        for overlays in (False, True):
            seen = read_view(content, View(frame, window, overlays=overlays), rules)
            np.testing.assert_array_equal(given.shade(window, overlays), seen)


@pytest.mark.parametrize("profile", [VOI, MI2_COMPAT], ids=str)
@pytest.mark.parametrize("content", SPECIMENS.values(), ids=SPECIMENS)
def test_it_is_shown_as_the_renderer_shows_it(content, profile):
    expect_the_same(content, 0, profile)


def test_a_slice_of_a_volume_too():
    content = make_nifti(np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6))
    expect_the_same(content, 2, VOI)


def test_a_file_without_a_picture_gives_none():
    with pytest.raises(CannotDecode, match="no picture"):
        read_unshaded((PYDICOM_FILES / "rtplan.dcm").read_bytes(), 0, Rules())


@pytest.mark.slow
@pytest.mark.parametrize("profile", [VOI, MI2_COMPAT], ids=str)
def test_real_files_too(profile):
    shown = 0
    for path in sorted(PYDICOM_FILES.glob("*.dcm")):
        content = path.read_bytes()
        try:
            read_view(content, View(0), Rules())
        except CannotDecode:
            continue
        expect_the_same(content, 0, profile)
        shown += 1
    assert shown > 50
