"""Real files: which are read, and whether an independent renderer, dcmtk's dcmj2pnm, agrees."""

import subprocess
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import dicom
from imaging.decode import read_pictures

pytestmark = pytest.mark.slow

PYDICOM_FILES = Path(pydicom.data.__file__).parent / "test_files"
CORRUPT, NO_PIXELS, NOT_AN_IMAGE = SkipCode.CORRUPT, SkipCode.NO_PIXELS, SkipCode.NOT_AN_IMAGE

SKIPPED = {
    "shared": {
        "dicom_manifest.csv": NOT_AN_IMAGE,
        "highdicom__seg_image_ct_binary.dcm": NO_PIXELS,
        "highdicom__sr_document.dcm": NO_PIXELS,
        "pydicom-data__emri_small_jpeg_2k_lossless_too_short.dcm": CORRUPT,
        "pydicom__MR_truncated.dcm": CORRUPT,
        "pydicom__badVR.dcm": NO_PIXELS,
        "pydicom__liver_1frame.dcm": NO_PIXELS,
        "pydicom__meta_missing_tsyntax.dcm": CORRUPT,  # neither rows nor columns
        "pydicom__no_meta.dcm": NOT_AN_IMAGE,
        "pydicom__rtplan.dcm": NO_PIXELS,
        "pydicom__test-SR.dcm": NO_PIXELS,
        "pydicom__waveform_ecg.dcm": NO_PIXELS,
    },
    "pydicom": {
        "ExplVR_BigEndNoMeta.dcm": NO_PIXELS,
        "ExplVR_LitEndNoMeta.dcm": NO_PIXELS,
        "JPEG2000-embedded-sequence-delimiter.dcm": CORRUPT,  # 3,722,445,056 columns
        "MR_truncated.dcm": CORRUPT,
        "README.txt": NOT_AN_IMAGE,
        "UN_sequence.dcm": CORRUPT,  # a fragment, as the next four
        "empty_charset_LEI.dcm": CORRUPT,
        "meta_missing_tsyntax.dcm": CORRUPT,
        "nested_priv_SQ.dcm": CORRUPT,
        "priv_SQ.dcm": CORRUPT,
        "badVR.dcm": NO_PIXELS,
        "crayons.icc": NOT_AN_IMAGE,
        "liver_1frame.dcm": NO_PIXELS,
        "liver_expb_1frame.dcm": NO_PIXELS,
        "no_meta.dcm": NOT_AN_IMAGE,
        "no_meta_group_length.dcm": CORRUPT,  # an RT Image without pixels and SOP class
        "reportsi.dcm": NO_PIXELS,
        "reportsi_with_empty_number_tags.dcm": NO_PIXELS,
        "rtdose.dcm": NO_PIXELS,
        "rtdose_1frame.dcm": NO_PIXELS,
        "rtdose_expb.dcm": NO_PIXELS,
        "rtdose_expb_1frame.dcm": NO_PIXELS,
        "rtdose_rle.dcm": NO_PIXELS,
        "rtdose_rle_1frame.dcm": NO_PIXELS,
        "rtplan.dcm": NO_PIXELS,
        "rtplan.dump": NOT_AN_IMAGE,
        "rtplan_truncated.dcm": NO_PIXELS,
        "rtstruct.dcm": NO_PIXELS,
        "rtstruct.dump": NOT_AN_IMAGE,
        "test-SR.dcm": NO_PIXELS,
        "test1.json": NOT_AN_IMAGE,
        "test_PN.json": NOT_AN_IMAGE,
        "waveform_ecg.dcm": NO_PIXELS,
        "zipMR.gz": NOT_AN_IMAGE,
    },
    "pydicom-data": {
        "emri_small_jpeg_2k_lossless_too_short.dcm": CORRUPT,
        "liver.dcm": NO_PIXELS,
        "liver_expb.dcm": NO_PIXELS,
    },
}
DECODED = {"shared": 83, "pydicom": 51, "pydicom-data": 65}

# What dcmtk does not show, and why; the tests after the comparison look at these.
NOT_SHOWN_BY_DCMTK = {
    "shared": {
        "pydicom-data__gdcm-US-ALOKA-16.dcm": "segmented palette",
        "pydicom-data__parametric_map_float.dcm": "float pixels",
    },
    "pydicom": {"SC_rgb_jpeg.dcm": "the codestream lacks its end"},
    "pydicom-data": {
        "SC_rgb_32bit.dcm": "32 bits",
        "SC_rgb_32bit_2frame.dcm": "32 bits",
        "SC_rgb_expb_32bit.dcm": "32 bits",
        "SC_rgb_expb_32bit_2frame.dcm": "32 bits",
        "gdcm-US-ALOKA-16.dcm": "segmented palette",
        "gdcm-US-ALOKA-16_big.dcm": "segmented palette",
    },
}
UNKNOWN_TO_DCMTK = (
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)
DECOMPRESSED_BY_PYDICOM = (JPEG2000, JPEG2000Lossless, HTJ2K)
JPEG_LS = (JPEGLSLossless, JPEGLSNearLossless)


@pytest.fixture(params=["shared", "pydicom", "pydicom-data"])
def corpus(request):
    return request.param


@pytest.fixture
def files(corpus, request):
    """The files of a corpus, without its subfolders."""
    if corpus == "shared":
        folder = request.getfixturevalue("shared") / "data" / "dicom"
    elif corpus == "pydicom":
        folder = PYDICOM_FILES
    else:
        folder = request.getfixturevalue("pydicom_data")
    return sorted(path for path in folder.iterdir() if path.is_file())


def decoded(path):
    try:
        return read_pictures(path)
    except CannotDecode as error:
        return error.code


def test_every_file_is_read_or_skipped_with_its_code(corpus, files):
    outcomes = {path.name: decoded(path) for path in files}
    skipped = {name: code for name, code in outcomes.items() if isinstance(code, SkipCode)}
    assert skipped == SKIPPED[corpus]
    assert len(outcomes) - len(skipped) == DECODED[corpus]


def test_a_dicomdir_is_no_picture_but_what_it_names_is():
    folder = PYDICOM_FILES / "dicomdirtests"
    outcomes = {path: decoded(path) for path in folder.rglob("*") if path.is_file()}
    directories = {code for path, code in outcomes.items() if path.name.startswith("DICOMDIR")}
    assert directories == {NO_PIXELS}
    assert Counter(type(outcome) for outcome in outcomes.values())[list] == 31


@pytest.fixture
def only_what_dcmtk_does(monkeypatch):
    """dcmtk leaves pixels as they are, square or not."""
    monkeypatch.setattr(dicom, "square_pixels", lambda pixels, aspect: pixels)


@pytest.mark.usefixtures("dcmtk", "only_what_dcmtk_does")
def test_dcmtk_shows_the_same_within_two_levels(corpus, files, tmp_path):
    readable = [path for path in files if path.name not in SKIPPED[corpus]]
    compared = {path.name: compare(path, tmp_path) for path in readable}
    assert {name for name, frames in compared.items() if None in frames} == set(
        NOT_SHOWN_BY_DCMTK[corpus]
    )
    shown = [name for name in compared if name not in NOT_SHOWN_BY_DCMTK[corpus]]
    assert {name: compared[name] for name in shown if max(compared[name]) > 2} == {}


def test_32_bit_colours_show_as_8_bit_ones_do(pydicom_data):
    expected = read_pictures(pydicom_data / "SC_rgb.dcm")[0].pixels
    names = ["SC_rgb_32bit.dcm", "SC_rgb_expb_32bit.dcm", "SC_rgb_32bit_2frame.dcm"]
    for name in names:
        assert (read_pictures(pydicom_data / name)[0].pixels == expected).all()


@pytest.mark.parametrize("name", ["gdcm-US-ALOKA-16.dcm", "gdcm-US-ALOKA-16_big.dcm"])
def test_a_segmented_palette_shows_as_pydicom_expands_it(name, pydicom_data):
    dataset = dcmread(pydicom_data / name)
    expanded = apply_color_lut(dataset.pixel_array, dataset)
    pixels = read_pictures(pydicom_data / name)[0].pixels
    assert np.abs(expanded / 65535 * 255 - pixels).max() <= 0.5


def test_a_jpeg_without_its_end_shows_as_the_whole_one_does():
    cut, whole = (
        read_pictures(PYDICOM_FILES / name)[0].pixels
        for name in ("SC_rgb_jpeg.dcm", "SC_rgb_jpeg_dcmd.dcm")
    )
    assert np.abs(cut.astype(int) - whole).max() <= 2


def compare(path, folder):
    """Give the greatest difference of each frame in grey levels; None if dcmtk shows nothing."""
    copy = comparable_copy(path, folder)
    return [
        greatest_difference(picture.pixels, dcmtk_shows(copy, picture.frame, folder / "shown.png"))
        for picture in read_pictures(copy)
    ]


def greatest_difference(pixels, shown):
    if shown is None:
        return None
    assert pixels.shape == shown.shape
    return int(np.abs(pixels.astype(int) - shown).max())


def comparable_copy(path, folder):
    """Copy a file with what both programs look at.

    dcmtk knows neither padding nor functional groups nor JPEG 2000, and shows values without a
    window from the least to the greatest, where radseek takes percentiles.
    """
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(path, force=True)
        for keyword in UNKNOWN_TO_DCMTK:
            dataset.pop(keyword, None)
        if dataset.file_meta.get("TransferSyntaxUID") in DECOMPRESSED_BY_PYDICOM:
            decompress(dataset)
        elif dataset.SamplesPerPixel == 3:
            return path
        if dataset.BitsAllocated > 8:
            give_window(dataset)
        dataset.save_as(folder / "copy.dcm")
    return folder / "copy.dcm"


def decompress(dataset):
    pixels = dataset.pixel_array
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset["PixelData"].is_undefined_length = False
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if dataset.SamplesPerPixel == 3:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0


def give_window(dataset):
    if "WindowCenter" not in dataset and "VOILUTSequence" not in dataset:
        dataset.WindowCenter, dataset.WindowWidth = 300, 2000


def dcmtk_shows(path, frame, output):
    """Render a frame by dcmtk, with the table or window of the file; None if it cannot."""
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(path, force=True, stop_before_pixels=True)
    program = "dcml2pnm" if dataset.file_meta.get("TransferSyntaxUID") in JPEG_LS else "dcmj2pnm"
    voi = (
        ["+Wl", "1"]
        if "VOILUTSequence" in dataset
        else ["+Wi", "1"]
        if "WindowCenter" in dataset
        else []
    )
    output.unlink(missing_ok=True)
    command = [program, "+on", "-O", "+F", str(frame + 1), *voi, str(path), str(output)]
    subprocess.run(command, capture_output=True, check=False)
    return np.asarray(Image.open(output).convert("RGB")).astype(int) if output.exists() else None
