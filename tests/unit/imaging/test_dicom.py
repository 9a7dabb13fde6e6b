import logging
import warnings

import numpy as np
import pytest
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.errors import CannotDecode
from core.types import Identity, SkipCode, Tags
from imaging.decode import read_pictures_from_bytes
from imaging.frames import FramePolicy
from tests.unit.imaging.factories import make_dicom, make_item

NATIVE = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]
META_START, PREAMBLE = 132, b"\0" * 128 + b"DICM"


def read(content):
    (picture,) = read_pictures_from_bytes(content)
    return picture


def refused(content):
    with pytest.raises(CannotDecode) as caught:
        read_pictures_from_bytes(content)
    return caught.value


@pytest.mark.parametrize("syntax", NATIVE)
def test_the_tags_of_a_file_are_read(syntax):
    content = make_dicom(
        np.full((4, 6), 7, np.uint16),
        syntax,
        Modality="MR",
        BodyPartExamined="HEAD",
        Laterality="L",
        ViewPosition="PA",
        StudyInstanceUID="1.2.3",
        SeriesInstanceUID="1.2.4",
        SOPInstanceUID="1.2.5",
        StudyDate="20040826",
        StudyDescription="Study",
        SeriesDescription="Series",
        ProtocolName="Protocol",
        Manufacturer="Maker",
        ManufacturerModelName="Model",
        InstitutionName="Place",
        PatientSex="F",
        PatientAge="042Y",
        SeriesNumber=3,
        InstanceNumber=14,
    )
    assert read(content).tags == Tags(
        modality="MR",
        body_part="HEAD",
        laterality="L",
        view="PA",
        study_uid="1.2.3",
        series_uid="1.2.4",
        sop_uid="1.2.5",
        sop_class_uid=CTImageStorage,
        transfer_syntax_uid=syntax,
        study_date="20040826",
        study_description="Study",
        series_description="Series",
        protocol="Protocol",
        manufacturer="Maker",
        model="Model",
        institution="Place",
        patient_sex="F",
        patient_age="042Y",
        photometric="MONOCHROME2",
        rows=4,
        columns=6,
        frames=1,
        series_number=3,
        instance_number=14,
    )


def test_what_names_the_patient_is_in_the_identity_and_nowhere_else():
    content = make_dicom(
        PatientID="ID-7",
        PatientName="Doe^Jane",
        PatientBirthDate="19700101",
        AccessionNumber="A-9",
    )
    picture = read(content)
    assert picture.identity == Identity("ID-7", "Doe^Jane", "19700101", "A-9")
    assert not any(word in repr(picture.tags) for word in ("ID-7", "Doe", "19700101", "A-9"))


def test_an_image_laterality_and_a_coded_region_count_too():
    content = make_dicom(
        Laterality="L",
        ImageLaterality="R",
        AnatomicRegionSequence=[make_item(CodeMeaning="Breast")],
    )
    tags = read(content).tags
    assert (tags.laterality, tags.body_part) == ("R", "Breast")


@pytest.mark.parametrize(
    ("elements", "field", "expected"),
    [
        ({"SeriesNumber": "x"}, "series_number", None),
        ({"SeriesNumber": ""}, "series_number", None),
        ({"StudyInstanceUID": "../../etc"}, "study_uid", ""),
        ({"StudyInstanceUID": "1." * 40}, "study_uid", ""),
        ({"StudyDescription": "a\r\nb\0c\x1b[31m"}, "study_description", "a b c [31m"),
        ({"StudyDescription": "x" * 60_000}, "study_description", "x" * 1024),
        ({"StudyDescription": "=1+1"}, "study_description", "=1+1"),
        ({"StudyDate": "20040230"}, "study_date", "20040230"),
        ({"BodyPartExamined": ["HEAD", "NECK"]}, "body_part", "HEAD\\NECK"),
    ],
)
def test_an_odd_value_does_not_cost_the_picture(elements, field, expected):
    assert getattr(read(make_dicom(**elements)).tags, field) == expected


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Buc^Jérôme"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小东"),
        ("ISO_IR 144", "Люкceмбypг"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎"),
    ],
)
def test_names_are_read_in_their_character_set(charset, name):
    content = make_dicom(SpecificCharacterSet=charset, PatientName=name)
    assert read(content).identity.patient_name == name


def test_an_unknown_character_set_does_not_cost_the_picture():
    content = make_dicom(SpecificCharacterSet="KLINGON", StudyDescription="plain")
    assert read(content).tags.study_description == "plain"


def test_five_frames_of_a_cine_are_read_each_with_its_number():
    frames = np.zeros((30, 2, 4), np.uint8)
    frames[:, 0, 0] = np.arange(30)
    pictures = read_pictures_from_bytes(make_dicom(frames))
    assert [picture.frame for picture in pictures] == [3, 9, 15, 21, 27]
    assert [picture.pixels[0, 0, 0] for picture in pictures] == [3, 9, 15, 21, 27]
    assert {picture.tags.frames for picture in pictures} == {30}


def test_the_policy_decides_how_many_frames_are_read():
    content = make_dicom(np.zeros((30, 2, 4), np.uint8))
    (picture,) = read_pictures_from_bytes(content, FramePolicy(count=1))
    assert picture.frame == 15


@pytest.mark.parametrize("bad", ["0", "", "1A", "-3"])
def test_an_impossible_number_of_frames_is_one(bad):
    picture = read(make_dicom(NumberOfFrames=bad))
    assert (picture.frame, picture.tags.frames) == (0, 1)


@pytest.mark.parametrize("syntax", NATIVE[:3])
def test_a_file_without_preamble_is_read(syntax):
    content = make_dicom(syntax=syntax)
    assert read(content[META_START:]).tags.transfer_syntax_uid == syntax


@pytest.mark.parametrize("syntax", NATIVE[:3])
def test_a_file_without_preamble_and_meta_header_is_read(syntax):
    content = make_dicom(syntax=syntax)
    length = int.from_bytes(content[140:144], "little")  # of the meta header, PS3.10 section 7.1
    assert read(content[144 + length :]).tags.transfer_syntax_uid == syntax


def test_a_preamble_that_looks_like_a_tiff_is_still_dicom():
    content = b"II*\0" + make_dicom()[4:]
    assert read(content).tags.sop_class_uid == CTImageStorage


@pytest.mark.parametrize(
    ("sop_class", "name"),
    [
        ("1.2.840.10008.5.1.4.1.1.88.11", "Basic Text SR Storage"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "Grayscale Softcopy Presentation State Storage"),
        ("1.2.840.10008.5.1.4.1.1.481.3", "RT Structure Set Storage"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "Key Object Selection Document Storage"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "Encapsulated PDF Storage"),
    ],
)
def test_an_object_without_pixels_is_named(sop_class, name):
    error = refused(make_dicom(SOPClassUID=sop_class, PixelData=None))
    assert error.code is SkipCode.NO_PIXELS
    assert error.reason == f"It has no pixel data: its SOP class is {name}."


@pytest.mark.parametrize(
    ("sop_class", "name"),
    [
        ("1.2.840.10008.5.1.4.1.1.66.4", "Segmentation Storage"),
        ("1.2.840.10008.5.1.4.1.1.481.2", "RT Dose Storage"),
    ],
)
def test_labels_and_doses_are_no_pictures(sop_class, name):
    error = refused(make_dicom(SOPClassUID=sop_class))
    assert error.code is SkipCode.NO_PIXELS
    assert error.reason == f"Its pixels are no picture: its SOP class is {name}."


@pytest.mark.parametrize(
    ("elements", "code"),
    [
        ({"Rows": 0}, SkipCode.CORRUPT),
        ({"Rows": None}, SkipCode.CORRUPT),
        ({"BitsAllocated": 12}, SkipCode.UNSUPPORTED),
        ({"BitsAllocated": None}, SkipCode.UNSUPPORTED),
        ({"SamplesPerPixel": 4}, SkipCode.UNSUPPORTED),
        ({"Rows": 8}, SkipCode.CORRUPT),
        ({"NumberOfFrames": 2}, SkipCode.CORRUPT),
        ({"PixelData": b""}, SkipCode.CORRUPT),
    ],
)
def test_impossible_pixels_are_refused(elements, code):
    assert refused(make_dicom(**elements)).code is code


@pytest.mark.parametrize(
    "elements",
    [
        {"BitsStored": 0},
        {"BitsStored": 99},
        {"BitsStored": None},
        {"PixelRepresentation": None},
        {"PhotometricInterpretation": "RGB"},
        {"PhotometricInterpretation": None},
        {"SamplesPerPixel": None},
    ],
)
def test_what_can_be_guessed_is_not_refused(elements):
    elements = {**elements, "WindowCenter": 8, "WindowWidth": 14}
    assert read(make_dicom(**elements)).pixels[0, 0].tolist() == [118] * 3  # (7 - 7.5)/13 + 0.5


def test_subsampled_colours_without_compression_are_read():
    # two pixels of Y 128 that share Cb 128 and Cr 255: PS3.3 C.7.6.3.1.2
    content = make_dicom(
        np.zeros((1, 2, 3), np.uint8),
        PhotometricInterpretation="YBR_FULL_422",
        PixelData=bytes([128, 128, 128, 255]),
    )
    assert read(content).pixels.tolist() == [[[255, 37, 128]] * 2]  # 128 + 1.402 * 127, ...


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (PREAMBLE, SkipCode.CORRUPT),
        (make_dicom()[:200], SkipCode.CORRUPT),
        (make_dicom()[:-10], SkipCode.CORRUPT),
        (b"\x08\x00" + b"letters" * 30, SkipCode.NOT_AN_IMAGE),
        (make_dicom(SOPClassUID=None)[META_START + 200 :], SkipCode.NOT_AN_IMAGE),
    ],
)
def test_a_cut_file_is_refused(content, code):
    error = refused(content)
    assert error.code is code
    assert error.reason.endswith(".")


def test_pydicom_says_nothing_of_what_it_read(caplog, recwarn):
    warnings.simplefilter("always")
    content = make_dicom(
        PatientName="Doe^Jane^" + "x" * 70, PatientID="x" * 99, PatientBirthDate="Doe 1970"
    )
    with caplog.at_level(logging.DEBUG):
        assert read(content).identity.patient_id == "x" * 99
    assert not caplog.records
    assert not recwarn.list
    assert logging.getLogger("pydicom").propagate
