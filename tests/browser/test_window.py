"""The browser shows each pixel as the server does, whatever the file and the window."""

import base64
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from PIL import Image

from core.errors import CannotDecode
from imaging.decode import read_unshaded
from imaging.display import Window, WindowFunction
from imaging.rules import Rules
from tests.unit.imaging.factories import make_dicom, make_item, make_raster
from ui.viewer.frame_bytes import frame_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PYDICOM_FILES = Path(pydicom.data.__file__).parent / "test_files"
NOISE = np.random.default_rng(6)
CT = NOISE.integers(-1024, 3071, (40, 50)).astype(np.int16)
CR = NOISE.integers(0, 4096, (48, 32)).astype(np.uint16)
RAMP = np.arange(1 << 16, dtype=np.uint16).reshape(256, 256)
MODALITY_TABLE = make_item(
    LUTDescriptor=[4096, 0, 16],
    ModalityLUTType="US",
    LUTData=(np.arange(4096) ** 2 // 300).astype("<u2").tobytes(),
)
VOI_TABLE = make_item(
    LUTDescriptor=[4000, 50, 12], LUTData=np.arange(4000)[::-1].astype("<u2").tobytes()
)
SPECIMENS = {
    "CT with padding": make_dicom(
        np.where(CT < -700, -2000, CT),
        PixelPaddingValue=-2000,
        RescaleSlope=1,
        RescaleIntercept=-24,
        WindowCenter=40,
        WindowWidth=400,
    ),
    "CT of odd slopes": make_dicom(CT, RescaleSlope=0.3, RescaleIntercept=-1024.7),
    "MR without a window": make_dicom(CR // 3),
    "MR with long pixels": make_dicom(CR, PixelSpacing=[1.37, 0.91], WindowCenter=9, WindowWidth=8),
    "MR with wide pixels": make_dicom(CR, PixelSpacing=[0.5, 1.3]),
    "CR, white is low": make_dicom(
        CR, PhotometricInterpretation="MONOCHROME1", WindowCenter=2047.5, WindowWidth=4096
    ),
    "sigmoid": make_dicom(CR, WindowCenter=2000, WindowWidth=1501, VOILUTFunction="SIGMOID"),
    "exact": make_dicom(CR, WindowCenter=2000, WindowWidth=1500.5, VOILUTFunction="LINEAR_EXACT"),
    "every level of 16 bit": make_dicom(RAMP, WindowCenter=32768, WindowWidth=65536),
    "8 bit": make_dicom((CR // 16).astype(np.uint8)),
    "modality table": make_dicom(CR, ModalityLUTSequence=[MODALITY_TABLE]),
    "window table": make_dicom(CR, VOILUTSequence=[VOI_TABLE]),
    "floats": make_raster(Image.fromarray(CT.astype(np.float32) / 7), "TIFF"),
    "colours": make_raster(Image.fromarray(NOISE.integers(0, 256, (9, 7, 3)).astype(np.uint8))),
}
WINDOWS = (
    None,
    Window(40, 400),
    Window(1000.25, 1),
    Window(2000, 1500.5, WindowFunction.LINEAR_EXACT),
    Window(-100, 900, WindowFunction.SIGMOID),
)
PAINT = """
async ({ packed, looks }) => {
  const { readFrame, paint } = await import("/assets/0/viewer/window.js");
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const frame = readFrame(bytes.buffer);
  return looks.map((look) => {
    let text = "";
    for (const level of paint(frame, look)) text += String.fromCharCode(level);
    return [frame.height, frame.width, btoa(text)];
  });
}
"""


def painted(page, frame, looks):
    """What the browser makes of a frame, (H, W, 3) each; it is opaque everywhere."""
    packed = base64.b64encode(gzip.decompress(frame_bytes(frame))).decode()
    for height, width, written in page.evaluate(PAINT, {"packed": packed, "looks": looks}):
        shown = np.frombuffer(base64.b64decode(written), np.uint8).reshape(height, width, 4)
        assert (shown[:, :, 3] == 255).all()
        yield shown[:, :, :3]


def expect_the_same(page, frame):
    asked = [(window, graphics) for window in WINDOWS for graphics in (False, True)]
    looks = [{"window": as_sent(window), "graphics": graphics} for window, graphics in asked]
    for (window, graphics), shown in zip(asked, painted(page, frame, looks), strict=True):
        np.testing.assert_array_equal(shown, frame.shade(window, graphics))


def as_sent(window):
    if window is None:
        return None
    return {"center": window.center, "width": window.width, "function": window.function.value}


@pytest.fixture
def blank(page, address):
    page.goto(f"{address}/api/health")
    return page


@pytest.mark.parametrize("content", SPECIMENS.values(), ids=SPECIMENS)
def test_a_picture_is_that_of_the_server(blank, content):
    expect_the_same(blank, read_unshaded(content, 0, Rules()))


def test_real_files_are_those_of_the_server(blank):
    shown = 0
    for path in sorted(PYDICOM_FILES.glob("*.dcm")):
        try:
            frame = read_unshaded(path.read_bytes(), 0, Rules())
        except CannotDecode:
            continue
        expect_the_same(blank, frame)
        shown += 1
    assert shown > 50


def test_turned_around_what_is_no_picture_stays_black(blank):
    frame = read_unshaded(SPECIMENS["CT with padding"], 0, Rules())
    (shown,) = painted(blank, frame, [{"inverted": True}])
    upright = frame.shade()
    turned = replace(frame, display=replace(frame.display, inverted=True)).shade()
    padded = frame.stored == -2000
    assert padded.any()
    assert (shown[padded] == 0).all()
    np.testing.assert_array_equal(shown[~padded], 255 - upright[~padded])
    np.testing.assert_array_equal(shown, turned)
