"""A DICOM file leaves with its pixels and geometry, and with nothing that names anybody."""

from io import BytesIO

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset

from core.errors import CannotDecode
from core.types import SkipCode
from imaging.decode import read_pictures_from_bytes, read_released
from imaging.deidentify import EMPTY, KEPT, LUT_SEQUENCES
from imaging.lookup_tables import PALETTE_KEYWORDS
from imaging.quiet import quiet_libraries
from imaging.rules import Rules
from tests.unit.imaging.factories import make_dicom, make_item, make_raster

RULES = Rules()
KEY = b"k" * 32
NAME = "Zyzzyva"
TEXTS = {
    "PatientName": f"{NAME}^Ann",
    "PatientID": NAME,
    "PatientBirthDate": "19610203",
    "PatientComments": f"{NAME} was here",
    "AccessionNumber": NAME,
    "ReferringPhysicianName": NAME,
    "OperatorsName": NAME,
    "InstitutionName": NAME,
    "InstitutionAddress": NAME,
    "StationName": NAME,
    "DeviceSerialNumber": NAME,
    "StudyDescription": NAME,
    "SeriesDescription": NAME,
    "ProtocolName": NAME,
    "ImageComments": NAME,
    "StudyDate": "20210304",
    "AcquisitionDateTime": "20210304101112",
    "ContentTime": "101112",
    "Manufacturer": NAME,
    "RescaleType": NAME,
    "BodyPartExamined": NAME,  # in small letters it is no code
    "WindowCenterWidthExplanation": NAME,
    "StudyInstanceUID": "1.2.826.0.1.99.1",
    "SeriesInstanceUID": "1.2.826.0.1.99.2",
    "SOPInstanceUID": "1.2.826.0.1.99.3",
    "FrameOfReferenceUID": "1.2.826.0.1.99.4",
}
STRUCTURE = {  # what the writer adds by itself, or the image needs
    *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"),
    *("FrameOfReferenceUID", "PatientID", "PatientIdentityRemoved", "DeidentificationMethod"),
    *("DeidentificationMethodCodeSequence", "CodeValue", "CodingSchemeDesignator", "CodeMeaning"),
    *("LongitudinalTemporalInformationModified", "Rows", "Columns", "SamplesPerPixel"),
    *("PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "BitsAllocated"),
    *("BitsStored", "HighBit", "PixelRepresentation", "PixelData"),
    *("ModalityLUTType", "LUTDescriptor", "LUTData"),
}


def released(content: bytes, key: bytes = KEY) -> Dataset:
    return pydicom.dcmread(BytesIO(read_released(content, key, RULES)))


def keywords_of(tree) -> set[str]:
    below = [keywords_of(child) for child in tree.values() if child is not None]
    return set(tree).union(*below)


def identified(**more) -> bytes:
    """A file that names its patient wherever it can, in items and private elements too."""
    with quiet_libraries():
        nested = make_item(**TEXTS | {"RequestAttributesSequence": [make_item(**TEXTS)]})
        content = make_dicom(
            np.arange(24, dtype=np.uint16).reshape(4, 6),
            **TEXTS | {"ReferencedImageSequence": [nested], "IconImageSequence": [nested]} | more,
        )
        dataset = pydicom.dcmread(BytesIO(content))
        dataset.Modality = "CT"
        block = dataset.private_block(0x0011, f"{NAME} PRIVATE", create=True)
        block.add_new(0x01, "LO", NAME)
        dataset.add_new(0x60003000, "OW", NAME.encode() + b" ")
        dataset.file_meta.SourceApplicationEntityTitle = NAME
        dataset.preamble = NAME.encode().ljust(128, b"\0")
        written = BytesIO()
        dataset.save_as(written)
        return written.getvalue()


def test_no_element_outside_of_the_list_is_there():
    allowed = keywords_of(KEPT) | {*EMPTY, *LUT_SEQUENCES, *PALETTE_KEYWORDS} | STRUCTURE
    found = {element.keyword for element in released(identified()).iterall()}
    assert found <= allowed
    assert {"PatientName", "PixelData", "Modality"} <= found


def test_no_byte_of_what_names_the_patient_is_left():
    content = identified()
    after = read_released(content, KEY, RULES)
    for text in {*TEXTS.values(), NAME, NAME.upper(), "1.2.826.0.1.99"}:
        assert text.encode() in content or text == NAME.upper()
        assert text.encode() not in after


def test_empty_attributes_are_there_and_empty():
    dataset = released(identified())
    assert {keyword: str(dataset[keyword].value or "") for keyword in EMPTY} == dict.fromkeys(
        EMPTY, ""
    )
    assert dataset.PatientIdentityRemoved == "YES"
    (method,) = dataset.DeidentificationMethodCodeSequence
    assert (method.CodeValue, method.CodingSchemeDesignator) == ("113100", "DCM")


def test_other_uids_and_names_are_the_same_for_the_same_key():
    first, again = released(identified()), released(identified(SOPInstanceUID="1.2.3"))
    other = released(identified(), b"o" * 32)
    assert first.StudyInstanceUID == again.StudyInstanceUID != other.StudyInstanceUID
    assert first.SeriesInstanceUID == again.SeriesInstanceUID
    assert first.FrameOfReferenceUID == again.FrameOfReferenceUID
    assert first.SOPInstanceUID != again.SOPInstanceUID
    assert first.PatientID == again.PatientID != other.PatientID
    assert first.file_meta.MediaStorageSOPInstanceUID == first.SOPInstanceUID
    assert all(uid.is_valid for uid in (first.StudyInstanceUID, first.SOPInstanceUID))


@given(
    stored=arrays.arrays(
        st.sampled_from([np.uint8, np.uint16, np.int16]), st.tuples(*[st.integers(1, 5)] * 3)
    )
)
def test_stored_values_and_how_they_are_shown_stay(stored):
    content = make_dicom(
        stored,
        RescaleSlope=2,
        RescaleIntercept=-7.5,
        WindowCenter=[12.25, 40],
        WindowWidth=[31, 80],
        PixelPaddingValue=3,
    )
    dataset = released(content)
    assert np.array_equal(dataset.pixel_array.reshape(stored.shape), stored)
    before, after = (
        read_pictures_from_bytes(file, RULES)
        for file in (content, read_released(content, KEY, RULES))
    )
    assert [one.frame for one in before] == [one.frame for one in after]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(before, after, strict=True))


def test_geometry_stays():
    geometry = {
        "ImagePositionPatient": [1.5, -2.25, 1e-3],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [0.703125, 0.703125],
        "SliceThickness": 5.0,
    }
    dataset = released(make_dicom(None, **geometry))
    assert {keyword: dataset[keyword].value for keyword in geometry} == geometry


def test_groups_of_frames_keep_places_and_lose_the_rest():
    frame = make_item(
        PlanePositionSequence=[make_item(ImagePositionPatient=[1, 2, 3])],
        FrameContentSequence=[make_item(FrameComments=NAME, StackID=NAME)],
    )
    content = make_dicom(
        np.zeros((2, 4, 6), np.uint16), PerFrameFunctionalGroupsSequence=[frame, frame]
    )
    groups = released(content).PerFrameFunctionalGroupsSequence
    assert [list(group.PlanePositionSequence[0].ImagePositionPatient) for group in groups] == [
        [1, 2, 3]
    ] * 2
    assert {element.keyword for element in groups[0]} == {"PlanePositionSequence"}


def test_every_kept_value_is_a_code_or_a_number():
    """A list that lets a free text through would be no list."""
    vrs = {dictionary_VR(tag_for_keyword(keyword)) for keyword in keywords_of(KEPT)}
    assert vrs <= {"CS", "DS", "IS", "FD", "US", "SS", "SL", "UL", "US or SS", "SQ", "LO"}
    texts = {key for key in keywords_of(KEPT) if dictionary_VR(tag_for_keyword(key)) == "LO"}
    assert texts == {"RescaleType"}  # of a closed list


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (make_raster(Image.new("L", (4, 2), 9)), "no DICOM file"),
        (make_dicom(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", PixelData=None), "no picture"),
    ],
)
def test_what_is_no_dicom_image_does_not_leave_so(content, why):
    with pytest.raises(CannotDecode, match=why) as caught:
        read_released(content, KEY, RULES)
    assert caught.value.code is SkipCode.UNSUPPORTED


def test_real_files_look_as_they_did(pydicom_data):
    """Of all files that can be read: compressed, big-endian, with palettes and lookup tables."""
    seen = 0
    for path in sorted(pydicom_data.rglob("*.dcm")):
        content = path.read_bytes()
        try:
            before = read_pictures_from_bytes(content, RULES)
        except CannotDecode:
            continue
        after = read_pictures_from_bytes(read_released(content, KEY, RULES), RULES)
        assert [one.frame for one in before] == [one.frame for one in after], path.name
        assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(before, after, strict=True))
        seen += 1
    assert seen > 20
