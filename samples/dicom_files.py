"""Write images as valid DICOM files, in every transfer syntax that the machines use."""

import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image
from pydicom.charset import convert_encodings
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import correct_ambiguous_vr
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEGBaseline8Bit

from samples.elements import PIXEL_DATA, encoded, in_order, of_pixels, of_text
from samples.people import Person
from samples.scanners import Scanner
from samples.series import Instance, Series, Stored

SYNTHETIC = "SYNTHETIC: no real patient. Made by radseek sample."
IMPLEMENTATION = UID("2.25.203517296351648973401289104826471365091")
TEXT_REPORT = "1.2.840.10008.5.1.4.1.1.88.11"
REPORTS = Scanner(
    "sr", "SR", "SYNTHETIC Kitehill Systems", "Scribe", "RIS1", ExplicitVRLittleEndian
)
META = ExplicitVRLittleEndian  # what file meta information is written in, PS3.10 7.1
UNFINISHED = ".part"  # the end of a name until the whole file is on disk
GROUPED = {JPEGBaseline8Bit: "YBR_FULL_422"}


@dataclass(frozen=True, slots=True)
class StudyHeader:
    """What all files of a study share."""

    uid: str
    when: datetime
    number: str
    accession: str
    description: str
    history: str = ""


def uid(*what: object) -> str:
    """A UID under 2.25 that is always the same for the same words (PS3.5 B.2)."""
    digest = hashlib.sha256("/".join(map(str, what)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def item(**elements: Any) -> Dataset:
    """A data set of these elements, as for an item of a sequence."""
    dataset = Dataset()
    fill(dataset, elements)
    return dataset


def fill(dataset: Dataset, elements: Mapping[str, Any]) -> None:
    """Put elements, by keyword, into a data set."""
    for keyword, value in elements.items():
        setattr(dataset, keyword, _short(value))


def _short(value: Any) -> Any:
    """Numbers with few enough digits for a decimal string of 16 characters (PS3.5 6.2)."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, list):
        return [_short(part) for part in value]
    return value


def code(value: str, meaning: str, scheme: str = "SCT") -> Dataset:
    """An item of a code sequence; SNOMED CT unless told."""
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def series_dataset(person: Person, study: StudyHeader, series: Series, number: int) -> Dataset:
    """The elements that all images of a series share."""
    dataset = header(person, study, series.scanner)
    fill(dataset, {
        "SOPClassUID": series.sop_class,
        "SeriesInstanceUID": uid(study.uid, series.key),
        "SeriesNumber": number,
        "SeriesDescription": series.description,
        "BodyPartExamined": series.body_part,
        "ImageComments": SYNTHETIC,
        "BurnedInAnnotation": "NO",
        "LossyImageCompression": "00",
        **series.elements,
    })  # fmt: skip
    if "ImagePositionPatient" not in dataset and series.scanner.modality in ("CT", "MR"):
        dataset.FrameOfReferenceUID = uid(study.uid, "frame")
    return dataset


def header(person: Person, study: StudyHeader, scanner: Scanner) -> Dataset:
    """The modules of patient, study and equipment (PS3.3 C.7)."""
    day, time = study.when.strftime("%Y%m%d"), study.when.strftime("%H%M%S")
    return item(
        SpecificCharacterSet=person.charset.split("\\"),
        StudyDate=day, SeriesDate=day, AcquisitionDate=day, ContentDate=day,
        StudyTime=time, SeriesTime=time, AcquisitionTime=time, ContentTime=time,
        AccessionNumber=study.accession,
        Modality=scanner.modality,
        Manufacturer=scanner.manufacturer,
        ManufacturerModelName=scanner.model,
        StationName=scanner.station,
        DeviceSerialNumber=f"SYN{scanner.station}",
        SoftwareVersions="1.0",
        InstitutionName="SYNTHETIC Hospital of Nowhere",
        ReferringPhysicianName="Nobody^Invented",
        StudyDescription=study.description,
        PatientName=person.name,
        PatientID=person.patient_id,
        IssuerOfPatientID="SYNTHETIC",
        PatientBirthDate=date_text(person.born),
        PatientSex=person.sex,
        PatientAge=f"{person.age_on(study.when.date()):03d}Y",
        PatientComments=SYNTHETIC,
        AdditionalPatientHistory=study.history,
        StudyInstanceUID=study.uid,
        StudyID=study.number,
    )  # fmt: skip


def date_text(day: date) -> str:
    """A date as DICOM writes it (DA)."""
    return day.strftime("%Y%m%d")


class SeriesWriter:
    """Writes the images of one series; what they share is encoded once."""

    def __init__(self, dataset: Dataset, syntax: UID) -> None:
        """`dataset` holds what all images of the series share."""
        self._shared = dataset
        self._syntax = syntax
        self._charset = convert_encodings(dataset.SpecificCharacterSet)
        self._encoded = self._encode(dataset)
        self._meta = encoded(file_meta(dataset.SOPClassUID, syntax), META, [])
        self._modules: dict[tuple[tuple[int, ...], str], Dataset] = {}

    def write(self, path: Path, instance: Instance, number: int) -> str:
        """Write one image and return its SOP instance UID."""
        name = uid(self._shared.SeriesInstanceUID, number)
        own = {"SOPInstanceUID": name, "InstanceNumber": number, **instance.elements}
        module = self._module(instance.pixels)
        words = dict(
            of_text(keyword, _short(value), self._syntax) for keyword, value in own.items()
        )
        pixels = of_pixels(coded(module, instance.pixels, self._syntax), module, self._syntax)
        self._save(path, name, {**self._encoded, **words, PIXEL_DATA: pixels})
        return name

    def _module(self, pixels: Stored) -> Dataset:
        """The image pixel module of pictures like these; encoded when it is first asked for."""
        kind = (pixels.shape, pixels.dtype.str)
        if kind not in self._modules:
            photometric = self._shared.get("PhotometricInterpretation", "MONOCHROME2")
            self._modules[kind] = pixel_module(pixels, self._syntax, photometric)
            self._encoded |= self._encode(self._modules[kind])
        return self._modules[kind]

    def write_alone(self, path: Path) -> None:
        """Write the shared elements as a file of their own: an object without pixels."""
        self._save(path, str(self._shared.SOPInstanceUID), self._encoded)

    def _save(self, path: Path, name: str, elements: Mapping[int, bytes]) -> None:
        tag, own = of_text("MediaStorageSOPInstanceUID", name, META)
        meta = in_order({**self._meta, tag: own})
        body = in_order(elements)
        save(path, meta, deflated(body) if self._syntax.is_deflated else body)

    def _encode(self, dataset: Dataset) -> dict[int, bytes]:
        correct_ambiguous_vr(dataset, self._syntax.is_little_endian)
        return encoded(dataset, self._syntax, self._charset)


def write_report(path: Path, person: Person, study: StudyHeader, text: str) -> None:
    """Write the report of a study as a Basic Text SR (PS3.3 A.35.1)."""
    dataset = header(person, study, REPORTS)
    fill(dataset, {
        "SOPClassUID": TEXT_REPORT,
        "SOPInstanceUID": uid(study.uid, "report"),
        "SeriesInstanceUID": uid(study.uid, "reports"),
        "SeriesNumber": 99,
        "SeriesDescription": "SYNTHETIC REPORT",
        "InstanceNumber": 1,
        "ReferencedPerformedProcedureStepSequence": [],
        "PerformedProcedureCodeSequence": [],
        "CompletionFlag": "COMPLETE",
        "VerificationFlag": "UNVERIFIED",
        "ValueType": "CONTAINER",
        "ContinuityOfContent": "SEPARATE",
        "ConceptNameCodeSequence": [code("18748-4", "Diagnostic imaging report", "LN")],
        "ContentSequence": [
            item(
                RelationshipType="CONTAINS",
                ValueType="TEXT",
                ConceptNameCodeSequence=[code("121071", "Finding", "DCM")],
                TextValue=text,
            )
        ],
    })  # fmt: skip
    writer = SeriesWriter(dataset, REPORTS.syntax)
    writer.write_alone(path)


def file_meta(sop_class: str, syntax: UID) -> FileMetaDataset:
    """The file meta information (PS3.10 7.1), but for its length and the instance's name."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = "RADSEEK SAMPLE"
    return meta


def save(path: Path, meta: bytes, body: bytes) -> None:
    """Write a file; it has its name only when all of it is there."""
    length = struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(meta))  # (0002,0000), PS3.10 7.1
    unfinished = path.with_name(path.name + UNFINISHED)
    unfinished.write_bytes(b"".join((b"\0" * 128, b"DICM", length, meta, body)))
    unfinished.replace(path)


def deflated(body: bytes) -> bytes:
    """The body as the deflated syntax has it: no zlib header, of even length (PS3.5 A.5).

    Noise has no repeats to look for: without the search it takes half the time, and 1% more room.
    """
    press = zlib.compressobj(level=1, wbits=-zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    pressed = press.compress(body) + press.flush()
    return pressed + b"\0" * (len(pressed) % 2)


def pixel_module(pixels: Stored, syntax: UID, photometric: str) -> Dataset:
    """The image pixel module (PS3.3 C.7.6.3), without the pixels."""
    colour, bits = pixels.ndim > 2, 8 * pixels.dtype.itemsize
    signed = int(pixels.dtype == np.int16)
    rows, columns = _frames(pixels).shape[1:3]
    stored = 12 if bits == 16 and not signed else bits
    return item(
        Rows=rows,
        Columns=columns,
        SamplesPerPixel=3 if colour else 1,
        PhotometricInterpretation=GROUPED.get(syntax, "RGB") if colour else photometric,
        **({"PlanarConfiguration": 0} if colour else {}),
        BitsAllocated=bits,
        BitsStored=stored,
        HighBit=stored - 1,
        PixelRepresentation=signed,
    )


def _frames(pixels: Stored) -> Stored:
    return pixels if pixels.ndim == 4 else pixels[None]


def coded(module: Dataset, pixels: Stored, syntax: UID) -> bytes:
    """The value of the pixel data element, in the coding of the syntax (PS3.5 8)."""
    frames = _frames(pixels)
    if syntax.is_encapsulated:
        return encapsulate([_encoded(module, frame, syntax) for frame in frames])
    order: Literal[">", "<"] = ">" if syntax == ExplicitVRBigEndian else "<"
    content = frames.astype(frames.dtype.newbyteorder(order), copy=False).tobytes()
    return content + b"\0" * (len(content) % 2)


def _encoded(module: Dataset, frame: Stored, syntax: UID) -> bytes:
    if syntax == JPEGBaseline8Bit:
        packed = BytesIO()
        Image.fromarray(frame).save(packed, "JPEG", quality=90, subsampling="4:2:2")
        return packed.getvalue()
    packed_frame: bytes = get_encoder(syntax).encode(
        frame,
        rows=module.Rows,
        columns=module.Columns,
        samples_per_pixel=module.SamplesPerPixel,
        number_of_frames=1,
        bits_allocated=module.BitsAllocated,
        bits_stored=module.BitsStored,
        pixel_representation=module.PixelRepresentation,
        photometric_interpretation=module.PhotometricInterpretation,
        planar_configuration=0,
    )
    return packed_frame
