"""Real files: what becomes of each, and whether dcmtk, an independent renderer, shows the same."""

import hashlib
from collections import Counter
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom import dcmread
from pydicom.pixels.processing import apply_color_lut

from benchmarks.rendering import comparable_copy, compare
from core.errors import CannotDecode
from core.types import CatalogueCode, SkipCode
from imaging.decode import read_content, read_pictures
from imaging.profiles import MI2_COMPAT, VOI
from imaging.rules import Rules

pytestmark = pytest.mark.slow

PYDICOM_FILES = Path(pydicom.data.__file__).parent / "test_files"
CORRUPT, NOT_AN_IMAGE = SkipCode.CORRUPT, SkipCode.NOT_AN_IMAGE
NO_PIXELS, NOT_A_PICTURE = CatalogueCode.NO_PIXELS, CatalogueCode.NOT_A_PICTURE

WITHOUT_PICTURE = {
    "shared": {
        "dicom_manifest.csv": NOT_AN_IMAGE,
        "highdicom__seg_image_ct_binary.dcm": NOT_A_PICTURE,
        "highdicom__sr_document.dcm": NO_PIXELS,
        "pydicom-data__emri_small_jpeg_2k_lossless_too_short.dcm": CORRUPT,
        "pydicom__MR_truncated.dcm": CORRUPT,
        "pydicom__badVR.dcm": NOT_A_PICTURE,
        "pydicom__liver_1frame.dcm": NOT_A_PICTURE,
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
        "badVR.dcm": NOT_A_PICTURE,
        "crayons.icc": NOT_AN_IMAGE,
        "liver_1frame.dcm": NOT_A_PICTURE,
        "liver_expb_1frame.dcm": NOT_A_PICTURE,
        "no_meta.dcm": NOT_AN_IMAGE,
        "no_meta_group_length.dcm": CORRUPT,  # an RT Image without pixels and SOP class
        "reportsi.dcm": NO_PIXELS,
        "reportsi_with_empty_number_tags.dcm": NO_PIXELS,
        "rtdose.dcm": NOT_A_PICTURE,
        "rtdose_1frame.dcm": NOT_A_PICTURE,
        "rtdose_expb.dcm": NOT_A_PICTURE,
        "rtdose_expb_1frame.dcm": NOT_A_PICTURE,
        "rtdose_rle.dcm": NOT_A_PICTURE,
        "rtdose_rle_1frame.dcm": NOT_A_PICTURE,
        "rtplan.dcm": NO_PIXELS,
        "rtplan.dump": NOT_AN_IMAGE,
        "rtplan_truncated.dcm": CORRUPT,
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
        "liver.dcm": NOT_A_PICTURE,
        "liver_expb.dcm": NOT_A_PICTURE,
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
# Rounded twice by dcmtk, which converts YBR to RGB in integers: 2 levels.
OTHERWISE_BY_DCMTK = {"shared": {}, "pydicom": {}, "pydicom-data": {"SC_ybr_full_uncompressed.dcm"}}


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


def outcome(path, rules=Rules()):  # noqa: B008 (frozen)
    """Give the pictures of a file, or the code of why there are none."""
    content = path.read_bytes()
    try:
        read = read_content(content, hashlib.sha256(content).hexdigest(), rules)
    except CannotDecode as error:
        return error.code
    return read.pictures if read.kept is None else read.kept.code


@pytest.mark.parametrize("profile", [VOI, MI2_COMPAT])
def test_every_file_is_embedded_catalogued_or_skipped_with_its_code(corpus, files, profile):
    outcomes = {path.name: outcome(path, Rules(profile=profile)) for path in files}
    coded = {name: code for name, code in outcomes.items() if not isinstance(code, tuple)}
    assert coded == WITHOUT_PICTURE[corpus]
    assert len(outcomes) - len(coded) == DECODED[corpus]
    assert all(len(found) > 0 for found in outcomes.values())


def test_a_dicomdir_is_no_picture_but_what_it_names_is():
    folder = PYDICOM_FILES / "dicomdirtests"
    outcomes = {path: outcome(path) for path in folder.rglob("*") if path.is_file()}
    directories = {code for path, code in outcomes.items() if path.name.startswith("DICOMDIR")}
    assert directories == {NO_PIXELS}
    assert Counter(type(found) for found in outcomes.values())[tuple] == 31


def test_dcmtk_shows_the_same_within_one_level(corpus, files, tmp_path, dcmtk):
    compared = [
        found for path in files if (found := compare(path, tmp_path, comparable_copy)) is not None
    ]
    assert len(compared) == DECODED[corpus]
    not_shown = {one.name for one in compared if one.greatest is None}
    assert not_shown == set(NOT_SHOWN_BY_DCMTK[corpus])
    assert {one.name for one in compared if not one.agrees} - not_shown == set(
        OTHERWISE_BY_DCMTK[corpus]
    )
    assert all(one.greatest <= 2 for one in compared if one.greatest is not None)


def test_32_bit_colours_show_as_8_bit_ones_do(pydicom_data):
    expected = read_pictures(pydicom_data / "SC_rgb.dcm")[0].pixels
    names = ["SC_rgb_32bit.dcm", "SC_rgb_expb_32bit.dcm", "SC_rgb_32bit_2frame.dcm"]
    for name in names:
        assert (read_pictures(pydicom_data / name)[0].pixels == expected).all()


@pytest.mark.parametrize("name", ["gdcm-US-ALOKA-16.dcm", "gdcm-US-ALOKA-16_big.dcm"])
def test_a_segmented_palette_shows_as_pydicom_expands_it(name, pydicom_data):
    dataset = dcmread(pydicom_data / name)
    expanded = apply_color_lut(dataset.pixel_array, dataset)[24:416, 32:640]  # its two regions
    pixels = read_pictures(pydicom_data / name)[0].pixels
    assert pixels.shape == expanded.shape
    assert np.abs(expanded / 65535 * 255 - pixels).max() <= 0.5


def test_a_jpeg_without_its_end_shows_as_the_whole_one_does():
    cut, whole = (
        read_pictures(PYDICOM_FILES / name)[0].pixels
        for name in ("SC_rgb_jpeg.dcm", "SC_rgb_jpeg_dcmd.dcm")
    )
    assert np.abs(cut.astype(int) - whole).max() <= 2


def test_float_pixels_show_by_their_window(shared):
    path = shared / "data" / "dicom" / "pydicom-data__parametric_map_float.dcm"
    values = dcmread(path).pixel_array
    (picture,) = read_pictures(path)  # center 0.5, width 1
    assert values.min() >= 0
    assert values.max() <= 1
    assert np.ptp(values) > 0.8
    assert np.abs(picture.pixels[:, :, 0] - values * 255).max() <= 0.5


def test_a_scanned_mammogram_is_cut_to_its_breast(shared):
    (picture,) = read_pictures(shared / "data" / "dicom" / "WG04__MG1_J2KI.dcm")
    rows, columns, _ = picture.pixels.shape
    # by eye: the nipple lies at column 2060 of 3064, the letters begin at column 2300
    assert rows == 4664
    assert 2060 <= columns <= 2250
    assert picture.pixels[:, :100].mean() > picture.pixels[:, -100:].mean() + 50


def test_slices_of_an_enhanced_file_are_spread_along_the_patient(shared):
    path = shared / "data" / "dicom" / "dcm_qa_enh__IM_0027_fMAP.dcm"
    pictures = outcome(path)
    along = np.sort([picture.place.along for picture in pictures])
    assert len(pictures) == 32
    assert np.diff(along).min() > 0  # no place twice: the file has two maps of each slice


def test_a_clip_of_the_same_place_gives_five_frames(shared):
    path = shared / "data" / "dicom" / "pydicom__examples_ybr_color.dcm"
    assert [picture.frame for picture in outcome(path)] == [3, 9, 15, 21, 27]
