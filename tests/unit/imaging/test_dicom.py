import logging
import warnings
from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import (
    MPEG2MPML,
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from core.errors import CannotDecode
from core.types import CatalogueCode, Kept, SkipCode
from imaging import dicom
from imaging.decode import read_content, read_header, read_pictures_from_bytes, read_view
from imaging.display import Window
from imaging.frames import FramePolicy
from imaging.header import is_dicom, is_directory
from imaging.pixel_hash import pixel_hash
from imaging.rules import Crop, Rules, View
from tests.hostile_files import DIRECTORY, data_set_of, directory
from tests.unit.imaging.factories import make_compressed, make_dicom, make_item

NATIVE = [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
META_START = 132
ROOT = "1.2.840.10008.5.1.4.1.1"
SHA256 = "ab" * 32
RAMP = np.arange(24, dtype=np.uint16).reshape(4, 6)
TO_23 = {"WindowCenter": 11.5, "WindowWidth": 23, "VOILUTFunction": "LINEAR_EXACT"}


def decoded(content, **rules):
    return read_content(content, SHA256, Rules(**rules))


def syntax_of(content):
    return decoded(content).instance.tags.transfer_syntax_uid


def cine(frames):
    """A clip whose frames can be told by their first pixel."""
    pixels = np.zeros((frames, 2, 4), np.uint8)
    pixels[:, 0, 0] = np.arange(frames)
    return make_dicom(pixels)


def test_five_frames_of_a_cine_are_read_each_with_its_number():
    pictures = decoded(cine(30)).pictures
    assert [picture.frame for picture in pictures] == [3, 9, 15, 21, 27]
    assert [picture.pixels[0, 0, 0] for picture in pictures] == [3, 9, 15, 21, 27]


def test_the_policy_decides_how_many_frames_are_read():
    one = decoded(cine(30), frames=FramePolicy(cine=1)).pictures
    assert [picture.frame for picture in one] == [15]
    everything = decoded(cine(30), frames=FramePolicy(cine=0)).pictures
    assert [picture.frame for picture in everything] == list(range(30))


def test_slices_of_one_file_are_chosen_by_their_place():
    """Ten slices, of which nine lie in the lower half: their middles are at 5 and 15."""
    heights = [0, 1, 2, 3, 4, 5, 6, 7, 8, 20]
    groups = [
        make_item(
            PlanePositionSequence=[make_item(ImagePositionPatient=[0, 0, z])],
            PlaneOrientationSequence=[make_item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        )
        for z in heights
    ]
    content = make_dicom(np.zeros((10, 4, 6), np.uint16), PerFrameFunctionalGroupsSequence=groups)
    pictures = decoded(content, frames=FramePolicy(slices=2)).pictures
    assert [picture.place.along for picture in pictures] == [5.0, 20.0]


def test_a_picture_has_the_hash_of_its_stored_values_in_each_syntax():
    contents = [make_dicom(RAMP, syntax) for syntax in NATIVE]
    assert {decoded(content).pictures[0].pixel_sha256 for content in contents} == {pixel_hash(RAMP)}


def test_how_it_is_shown_does_not_change_the_hash_of_the_pixels():
    contents = [make_dicom(RAMP, WindowCenter=c, WindowWidth=9) for c in (5, 15)]
    first, second = (decoded(content).pictures[0] for content in contents)
    assert first.pixel_sha256 == second.pixel_sha256
    assert (first.pixels != second.pixels).any()


@pytest.mark.parametrize("syntax", NATIVE)
def test_a_file_without_preamble_is_read(syntax):
    assert syntax_of(make_dicom(syntax=syntax)[META_START:]) == syntax


@pytest.mark.parametrize("syntax", NATIVE)
def test_a_file_without_preamble_and_meta_header_is_read(syntax):
    content = make_dicom(syntax=syntax)
    length = int.from_bytes(content[140:144], "little")  # of the meta header, PS3.10 section 7.1
    assert syntax_of(content[144 + length :]) == syntax


@pytest.mark.parametrize("syntax", NATIVE[:2])
def test_the_data_and_not_the_header_say_whether_there_are_vrs(syntax):
    meta = make_dicom(syntax=({*NATIVE[:2]} - {syntax}).pop())
    data = make_dicom(RAMP, syntax, **TO_23)
    content = meta[: data_set_of(meta)] + data[data_set_of(data) :]
    (picture,) = decoded(content).pictures
    assert picture.pixels[3, :, 0].tolist() == [200, 211, 222, 233, 244, 255]  # 18 to 23 of 23


@pytest.mark.parametrize(
    ("sop_class", "name"),
    [
        (f"{ROOT}.88.11", "a structured report (Basic Text SR Storage)"),
        (f"{ROOT}.104.1", "an encapsulated document (Encapsulated PDF Storage)"),
        (f"{ROOT}.9.1.1", "a waveform (12-lead ECG Waveform Storage)"),
    ],
)
def test_an_object_without_pixels_is_kept_with_its_tags(sop_class, name):
    content = make_dicom(
        SOPClassUID=sop_class, PixelData=None, Modality="OT", PatientID="ID-7", Rows=None
    )
    found = decoded(content)
    assert found.kept == Kept(CatalogueCode.NO_PIXELS, f"It is {name}, without pixels.")
    assert found.pictures == ()
    assert (found.instance.tags.modality, found.instance.tags.rows) == ("OT", 0)
    assert found.instance.identity.patient_id == "ID-7"


@pytest.mark.parametrize("end", ["66.4", "481.2"])
def test_labels_and_doses_are_kept_with_their_tags(end):
    found = decoded(make_dicom(SOPClassUID=f"{ROOT}.{end}", Modality="OT"))
    assert (found.kept.code, found.pictures) == (CatalogueCode.NOT_A_PICTURE, ())
    assert found.instance.tags.modality == "OT"


def test_video_is_kept_with_its_tags():
    content = make_compressed([bytes(64)], MPEG2MPML, RAMP.astype(np.uint8), Modality="XC")
    found = decoded(content)
    assert found.kept.code is CatalogueCode.UNSUPPORTED_SYNTAX
    assert "MPEG2" in found.kept.reason
    assert (found.instance.tags.modality, found.instance.tags.rows) == ("XC", 4)


def test_an_icon_is_no_picture():
    icon = make_item(Rows=2, Columns=2, PixelData=bytes(4), BitsAllocated=8)
    content = make_dicom(SOPClassUID=f"{ROOT}.88.11", PixelData=None, IconImageSequence=[icon])
    assert decoded(content).kept.code is CatalogueCode.NO_PIXELS


@pytest.mark.parametrize("compressed", [False, True])
def test_a_header_is_read_without_decoding(compressed, monkeypatch):
    junk = make_compressed([b"junk" * 9], RLELossless, RAMP, Modality="MR")
    content = junk if compressed else make_dicom(RAMP, Modality="MR")
    monkeypatch.setattr(dicom, "decode_frame", None)
    header = read_header(content, SHA256, Rules())
    assert (header.kept, header.pictures) == (None, ())
    assert header.instance.tags.modality == "MR"


def test_a_header_knows_what_has_no_picture():
    content = make_dicom(SOPClassUID=f"{ROOT}.88.11", PixelData=None)
    assert read_header(content, SHA256, Rules()) == decoded(content)


def test_a_view_shows_another_frame():
    assert read_view(cine(30), View(), Rules())[0, 0, 0] == 15
    assert read_view(cine(30), View(frame=7), Rules())[0, 0, 0] == 7


def test_a_view_shows_another_window_and_a_part():
    content = make_dicom(RAMP, **TO_23)
    shown = read_view(content, View(window=Window(100, 10), crop=Crop(1, 2, 3, 1)), Rules())
    assert shown.shape == (1, 3, 3)
    assert (shown == 0).all()  # all values are below that window
    own = read_view(content, View(crop=Crop(1, 2, 3, 1)), Rules())
    assert own[0, :, 0].tolist() == [144, 155, 166]  # 13, 14 and 15 of 23


def test_a_view_draws_overlays_where_it_is_asked_to():
    overlay = {0x60000010: ("US", 4), 0x60000011: ("US", 6), 0x60000050: ("SS", [1, 1])}
    content = make_dicom(np.zeros((4, 6), np.uint16), WindowCenter=50, WindowWidth=100)
    drawn = with_overlay(content, overlay, bits=b"\x01\x00\x80\x00")  # pixels 0 and 23
    plain, lit = (read_view(drawn, View(overlays=on), Rules())[:, :, 0] for on in (False, True))
    assert (plain == 0).all()
    assert np.argwhere(lit == 255).tolist() == [[0, 0], [3, 5]]


def with_overlay(content, words, bits):
    """Add an overlay to a file: PS3.3 C.9.2."""
    dataset = dcmread(BytesIO(content))
    for tag, (vr, value) in words.items():
        dataset.add_new(tag, vr, value)
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60000102, "US", 0)
    dataset.add_new(0x60003000, "OW", bits)
    file = BytesIO()
    dataset.save_as(file)
    return file.getvalue()


def test_a_view_of_what_has_no_picture_says_so():
    content = make_dicom(SOPClassUID=f"{ROOT}.88.11", PixelData=None)
    with pytest.raises(CannotDecode) as caught:
        read_view(content, View(), Rules())
    assert caught.value.code is SkipCode.UNSUPPORTED
    assert caught.value.reason == (
        "It has no picture to show."
        " It is a structured report (Basic Text SR Storage), without pixels."
    )


def test_subsampled_colours_without_compression_are_read():
    # two pixels of Y 128 that share Cb 128 and Cr 255: PS3.3 C.7.6.3.1.2
    content = make_dicom(
        np.zeros((1, 2, 3), np.uint8),
        PhotometricInterpretation="YBR_FULL_422",
        PixelData=bytes([128, 128, 128, 255]),
    )
    (picture,) = read_pictures_from_bytes(content)
    assert picture.pixels.tolist() == [[[255, 37, 128]] * 2]  # 128 + 1.402 * 127, ...


def test_a_directory_is_known_by_what_it_is():
    assert is_directory(directory(["A"]))
    assert is_dicom(directory(["A"]))
    assert not is_directory(make_dicom())
    assert not is_directory(b"DICOMDIR")
    assert not is_directory(make_dicom(StudyDescription=DIRECTORY))


def test_a_preamble_that_looks_like_a_tiff_is_still_dicom():
    found = decoded(b"II*\0" + make_dicom()[4:])
    assert found.instance.tags.sop_class_uid == CTImageStorage


def test_pydicom_says_nothing_of_what_it_read(caplog, recwarn):
    warnings.simplefilter("always")
    content = make_dicom(
        PatientName="Doe^Jane^" + "x" * 70,
        PatientID="x" * 99,
        PatientBirthDate="Doe 1970",
        SpecificCharacterSet=["", "ISO 2022 IR 87"],
        StudyDescription="\x1b(Z",
    )
    with caplog.at_level(logging.DEBUG):
        assert decoded(content).instance.identity.patient_id == "x" * 99
    assert not caplog.records
    assert not recwarn.list
    assert logging.getLogger("pydicom").propagate
