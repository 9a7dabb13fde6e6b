import contextlib
import re
import warnings
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom import dcmread
from pydicom.multival import MultiValue
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from core.errors import CannotDecode
from core.types import Identity, Place, Tags
from imaging import elements
from imaging.decode import read_content, read_header
from imaging.header import is_dicom, open_header
from imaging.limits import Limits
from imaging.rules import Rules
from imaging.uids import derived_uid, is_uid
from tests.unit.imaging.factories import make_dicom, make_item

SHA256 = "ab" * 32
NATIVE = [
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
]
SAID = {
    "Modality": "CT",
    "BodyPartExamined": "CHEST",
    "Laterality": "L",
    "ViewPosition": "PA",
    "StudyInstanceUID": "1.2.3",
    "SeriesInstanceUID": "1.2.4",
    "SOPInstanceUID": "1.2.5",
    "FrameOfReferenceUID": "1.2.6",
    "StudyDate": "20040826",
    "StudyTime": "185434",
    "AcquisitionDateTime": "20040826185801.5+0100",
    "StudyDescription": "Study",
    "SeriesDescription": "Series",
    "ProtocolName": "Protocol",
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
    "Manufacturer": "Maker",
    "ManufacturerModelName": "Model",
    "InstitutionName": "Place",
    "MagneticFieldStrength": 1.5,
    "KVP": 120,
    "ContrastBolusAgent": "Agent",
    "PatientSex": "F",
    "PatientAge": "042Y",
    "SeriesNumber": 3,
    "InstanceNumber": 14,
    "SliceThickness": 2.5,
    "PixelSpacing": [0.7, 0.8],
    "WindowCenter": [40, 60],
    "WindowWidth": [400, 150],
    "WindowCenterWidthExplanation": ["ABDOMEN", "BRAIN"],
    "LossyImageCompression": "01",
    "BurnedInAnnotation": "NO",
    "PatientIdentityRemoved": "YES",
}
READ = Tags(
    modality="CT",
    body_part="CHEST",
    laterality="L",
    view="PA",
    study_uid="1.2.3",
    series_uid="1.2.4",
    sop_uid="1.2.5",
    frame_of_reference_uid="1.2.6",
    derived_uids="",
    sop_class_uid=CTImageStorage,
    study_date="20040826",
    study_day=date(2004, 8, 26),
    study_time="185434",
    acquisition_date_time="20040826185801.5+0100",
    acquired_at=datetime.fromisoformat("2004-08-26T18:58:01.500"),
    study_description="Study",
    series_description="Series",
    protocol="Protocol",
    image_type="ORIGINAL\\PRIMARY\\AXIAL",
    manufacturer="Maker",
    model="Model",
    institution="Place",
    field_strength=1.5,
    kvp=120.0,
    contrast="Agent",
    patient_sex="F",
    patient_age="042Y",
    age_days=15_340,
    series_number=3,
    instance_number=14,
    rows=4,
    columns=6,
    frames=1,
    photometric="MONOCHROME2",
    bits_stored=16,
    slice_thickness=2.5,
    row_spacing=0.7,
    column_spacing=0.8,
    windows="40/400 ABDOMEN; 60/150 BRAIN",
    lossy="01",
    burned_in="NO",
    deidentified="YES",
)


def read(content, rules=None):
    return read_header(content, SHA256, rules or Rules()).instance


def tags_of(**elements):
    return read(make_dicom(**elements)).tags


@pytest.mark.parametrize("syntax", NATIVE)
def test_all_that_a_file_says_is_read_in_each_syntax(syntax):
    tags = read(make_dicom(syntax=syntax, **SAID)).tags
    assert tags == READ._replace(transfer_syntax_uid=syntax)


def test_no_field_is_left_out_of_the_test_above():
    untouched = {name for name in Tags._fields if getattr(READ, name) == getattr(Tags(), name)}
    assert untouched == {"derived_uids", "transfer_syntax_uid", "frames"}


def test_every_field_has_its_line_in_the_docs():
    page = Path(__file__).parents[3].joinpath("docs", "metadata.md").read_text(encoding="utf-8")
    described = set(
        re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)))
    )
    names = {name for kind in (Tags, Identity, Place) for name in kind.__annotations__}
    assert names - described == set()


@pytest.mark.parametrize("syntax", NATIVE)
def test_what_names_the_patient_is_in_the_identity_and_nowhere_else(syntax):
    content = make_dicom(
        syntax=syntax,
        SpecificCharacterSet="ISO_IR 192",
        PatientID="ID-7",
        IssuerOfPatientID="HOSPITAL-X",
        PatientName="Doe^Jane=土井^ジェーン=どい^じぇーん",
        PatientBirthDate="19700101",
        AccessionNumber="A-9",
    )
    instance = read(content)
    assert instance.identity == Identity(
        patient_id="ID-7",
        issuer="HOSPITAL-X",
        name_alphabetic="Doe^Jane",
        name_ideographic="土井^ジェーン",
        name_phonetic="どい^じぇーん",
        birth_date="19700101",
        birth_day=date(1970, 1, 1),
        accession_number="A-9",
    )
    words = ("ID-7", "HOSPITAL", "Doe", "土井", "どい", "1970", "A-9")
    assert not any(word in repr(instance.tags) for word in words)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"PatientAge": "003M", "PatientBirthDate": "20000101"}, 91),
        ({"PatientBirthDate": "20040801", "StudyDate": "20040826"}, 25),
        ({"PatientAge": "old", "PatientBirthDate": "20040801", "StudyDate": "20040826"}, 25),
        ({"PatientBirthDate": "2004", "StudyDate": "20040826"}, None),
        ({"PatientBirthDate": "20040827", "StudyDate": "20040826"}, None),
        ({}, None),
    ],
)
def test_the_age_is_stated_or_from_birth_to_study(elements, expected):
    assert tags_of(**elements).age_days == expected


@pytest.mark.parametrize(
    ("elements", "field", "expected"),
    [
        ({"ImageLaterality": "R", "Laterality": "L"}, "laterality", "R"),
        ({"AnatomicRegionSequence": [make_item(CodeMeaning="Breast")]}, "body_part", "Breast"),
        ({"ViewCodeSequence": [make_item(CodeMeaning="cranio-caudal")]}, "view", "cranio-caudal"),
        (
            {"ContrastBolusAgentSequence": [make_item(CodeMeaning="Iohexol")]},
            "contrast",
            "Iohexol",
        ),
        ({"AcquisitionDate": "20040826"}, "acquisition_date_time", "20040826"),
        (
            {"AcquisitionDate": "20040826", "AcquisitionTime": "1854"},
            "acquired_at",
            datetime.fromisoformat("2004-08-26T18:54"),
        ),
        ({"ImagerPixelSpacing": [0.1, 0.2]}, "column_spacing", 0.2),
        ({"NominalScannedPixelSpacing": [0.1, 0.2]}, "row_spacing", 0.1),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.1, 0.2]}, "row_spacing", 0.1),
        ({"PixelSpacing": [0.1]}, "row_spacing", None),
        ({"SeriesNumber": "x"}, "series_number", None),
        ({"SeriesNumber": ""}, "series_number", None),
        ({"SeriesNumber": "4.0"}, "series_number", 4),
        ({"KVP": "NaN"}, "kvp", None),
        ({"KVP": "1_2"}, "kvp", None),
        ({"StudyDescription": "a\r\nb\0c\x1b[31m"}, "study_description", "a b c [31m"),
        ({"StudyDescription": " x "}, "study_description", "x"),
        ({"StudyDescription": "=1+1"}, "study_description", "=1+1"),
        ({"StudyDate": "20040230"}, "study_date", "20040230"),
        ({"StudyDate": "20040230"}, "study_day", None),
        ({"BodyPartExamined": ["HEAD", "NECK"]}, "body_part", "HEAD\\NECK"),
        ({"SOPClassUID": None}, "sop_class_uid", CTImageStorage),  # the meta information has it
    ],
)
def test_a_value_is_found_where_it_is_and_an_odd_one_costs_nothing(elements, field, expected):
    assert getattr(tags_of(**elements), field) == expected


@pytest.mark.parametrize(
    ("missing", "keyword", "field"),
    [("study", "StudyInstanceUID", "study_uid"), ("series", "SeriesInstanceUID", "series_uid")],
)
@pytest.mark.parametrize("bad", [None, "", "../../etc", "1." * 40, "1.2.x"])
def test_a_missing_uid_is_made_of_the_hash_of_the_file_and_named(missing, keyword, field, bad):
    tags = tags_of(**{**SAID, keyword: bad})
    assert tags.derived_uids == missing
    assert getattr(tags, field) == derived_uid(missing, SHA256)
    assert is_uid(getattr(tags, field))


def test_a_file_without_any_uid_has_three_of_its_own():
    content = make_dicom(SOPInstanceUID="x")
    tags, again = read(content).tags, read(content).tags
    assert tags.derived_uids == "study,series,sop"
    assert len({tags.study_uid, tags.series_uid, tags.sop_uid}) == 3
    assert tags == again


def test_of_a_thousand_windows_those_are_kept_that_a_text_may_hold():
    content = make_dicom(WindowCenter=[40] * 1000, WindowWidth=[400] * 1000)
    windows = read(content, Rules(limits=Limits(text=20))).tags.windows
    assert windows == "40/400; 40/400"  # a third would end at the 22nd character
    assert len(read(content).tags.windows.split("; ")) == 128  # 8 * 128 - 2 characters


def groups(position, **measures):
    return make_item(
        PlanePositionSequence=[make_item(ImagePositionPatient=position)],
        PixelMeasuresSequence=[make_item(**measures)],
        FrameContentSequence=[make_item(FrameAcquisitionDateTime="20040826185434")],
    )


def enhanced():
    """An enhanced CT of two slices, whose values are in functional groups."""
    shared = make_item(
        PlaneOrientationSequence=[make_item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
        CTXRayDetailsSequence=[make_item(KVP=100)],
        FrameAnatomySequence=[
            make_item(
                FrameLaterality="U",
                AnatomicRegionSequence=[make_item(CodeMeaning="Abdomen")],
            )
        ],
    )
    measures = {"SliceThickness": 3, "PixelSpacing": [0.5, 0.6]}
    return make_dicom(
        np.zeros((2, 4, 6), np.uint16),
        SOPClassUID=EnhancedCTImageStorage,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[groups([0, 0, z], **measures) for z in (7, 5)],
    )


def test_an_enhanced_file_says_in_its_groups_what_others_say_at_the_top():
    tags = read(enhanced()).tags
    found = (tags.kvp, tags.slice_thickness, tags.row_spacing, tags.column_spacing, tags.frames)
    assert found == (100.0, 3.0, 0.5, 0.6, 2)
    assert (tags.body_part, tags.laterality) == ("Abdomen", "U")
    assert tags.acquired_at == datetime.fromisoformat("2004-08-26T18:54:34")


def test_the_pictures_of_an_enhanced_file_have_their_places():
    decoded = read_content(enhanced(), SHA256, Rules())
    assert decoded.instance.place is None  # it is no slice
    axial = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    assert [(picture.frame, picture.place) for picture in decoded.pictures] == [
        (0, Place(axial, (0.0, 0.0, 7.0))),
        (1, Place(axial, (0.0, 0.0, 5.0))),
    ]


def test_a_slice_has_its_place_and_so_has_its_picture():
    content = make_dicom(
        ImageOrientationPatient=[1, 0, 0, 0, 0, -1], ImagePositionPatient=[1, 2, 3]
    )
    decoded = read_content(content, SHA256, Rules())
    place = Place((1.0, 0.0, 0.0, 0.0, 0.0, -1.0), (1.0, 2.0, 3.0))
    assert decoded.instance.place == decoded.pictures[0].place == place


def test_undeclared_text_is_read_by_the_rules():
    content = make_dicom(SpecificCharacterSet="ISO_IR 144", StudyDescription="Лёгкие")
    undeclared = content.replace(b"ISO_IR 144", b"          ")
    assert read(undeclared, Rules(default_charset="iso8859_5")).tags.study_description == "Лёгкие"
    assert read(undeclared).tags.study_description != "Лёгкие"


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Buc^Jérôme"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小东"),
        ("ISO_IR 144", "Люкceмбypг"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (["", "ISO 2022 IR 149"], "Hong^Gildong=洪^吉洞=홍^길동"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
    ],
)
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_names_are_read_in_their_character_set(syntax, charset, name):
    identity = read(
        make_dicom(syntax=syntax, SpecificCharacterSet=charset, PatientName=name)
    ).identity
    groups = (identity.name_alphabetic, identity.name_ideographic, identity.name_phonetic)
    assert "=".join(groups).rstrip("=") == name


def test_an_item_is_read_in_its_own_character_set_or_in_that_around_it():
    inherits = make_item(CodeMeaning="Größe")
    declares = make_item(SpecificCharacterSet="ISO_IR 144", CodeMeaning="Лёгкие")
    for item, meaning in ((inherits, "Größe"), (declares, "Лёгкие")):
        tags = tags_of(SpecificCharacterSet="ISO_IR 100", AnatomicRegionSequence=[item])
        assert tags.body_part == meaning


FOLDER = Path(pydicom.data.__file__).parent.joinpath("test_files")
TEXTS = {
    "modality": "Modality",
    "study_date": "StudyDate",
    "study_time": "StudyTime",
    "study_description": "StudyDescription",
    "series_description": "SeriesDescription",
    "protocol": "ProtocolName",
    "image_type": "ImageType",
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "institution": "InstitutionName",
    "patient_sex": "PatientSex",
    "patient_age": "PatientAge",
    "photometric": "PhotometricInterpretation",
    "lossy": "LossyImageCompression",
    "burned_in": "BurnedInAnnotation",
}
NUMBERS = {
    "field_strength": "MagneticFieldStrength",
    "series_number": "SeriesNumber",
    "instance_number": "InstanceNumber",
    "bits_stored": "BitsStored",
}


def as_text(value):
    values = value if isinstance(value, MultiValue) else [value]
    return "\\".join("" if value is None else str(value).strip() for value in values)


def as_number(value):
    return None if value in (None, "") else float(value)


def said_by_pydicom(path):
    """The same fields, as another reader converts them."""
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(path, force=True)
        texts = {field: as_text(dataset.get(keyword)) for field, keyword in TEXTS.items()}
        numbers = {field: as_number(dataset.get(keyword)) for field, keyword in NUMBERS.items()}
        name = as_text(dataset.get("PatientName")).rstrip("^=")
        return {**texts, **numbers, "name": name, "patient_id": as_text(dataset.get("PatientID"))}


def said_here(instance):
    identity = instance.identity
    groups = (identity.name_alphabetic, identity.name_ideographic, identity.name_phonetic)
    tags = {field: getattr(instance.tags, field) for field in (*TEXTS, *NUMBERS)}
    return {**tags, "name": "=".join(groups).rstrip("="), "patient_id": identity.patient_id}


def test_real_files_say_what_pydicom_reads():
    compared = 0
    for path in filter(Path.is_file, FOLDER.rglob("*")):
        content = path.read_bytes()
        if not is_dicom(content):
            continue
        with contextlib.suppress(CannotDecode):  # a file that is cut says nothing here
            instance = read(content)
            assert said_here(instance) == said_by_pydicom(path), path.name
            compared += 1
    assert compared > 100


CHARSETS = Path(pydicom.data.__file__).parent.joinpath("charset_files")


@pytest.mark.parametrize("path", sorted(CHARSETS.glob("*.dcm")), ids=lambda path: path.name)
def test_a_file_of_each_character_set_has_its_name(path):
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(path)
        inner = dataset.get("RequestedProcedureCodeSequence", [dataset])[0]
        expected = str(inner.PatientName)
    header = open_header(path.read_bytes(), {0x00080005, 0x00100010, 0x00321064}, Rules())
    around = elements.item(header.dataset, "RequestedProcedureCodeSequence") or header.dataset
    assert elements.text(around, "PatientName").rstrip("=") == expected
