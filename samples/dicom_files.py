"""Write images as valid DICOM files, in every transfer syntax that the machines use."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder
from pydicom.uid import UID, ExplicitVRBigEndian, JPEGBaseline8Bit

from samples.people import Person
from samples.scanners import Scanner
from samples.series import Instance, Series, Stored

SYNTHETIC = "SYNTHETIC: no real patient. Made by radseek sample."
IMPLEMENTATION = UID("2.25.203517296351648973401289104826471365091")
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
        setattr(dataset, keyword, value)


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


def write_image(path: Path, dataset: Dataset, instance: Instance, number: int, syntax: UID) -> str:
    """Write one image of a series and return its SOP instance UID; the data set is reused."""
    dataset.SOPInstanceUID = uid(dataset.SeriesInstanceUID, number)
    dataset.InstanceNumber = number
    fill(dataset, instance.elements)
    describe_pixels(dataset, instance.pixels, syntax)
    save(path, dataset, syntax)
    return str(dataset.SOPInstanceUID)


def describe_pixels(dataset: Dataset, pixels: Stored, syntax: UID) -> None:
    """The image pixel module (PS3.3 C.7.6.3) and the pixels in the syntax's coding."""
    colour = pixels.ndim > 2
    frames = pixels if pixels.ndim == 4 else pixels[None]
    bits = 8 if pixels.dtype == np.uint8 else 16
    signed = int(pixels.dtype == np.int16)
    dataset.Rows, dataset.Columns = frames.shape[1:3]
    dataset.SamplesPerPixel = 3 if colour else 1
    if colour:
        dataset.PhotometricInterpretation = GROUPED.get(syntax, "RGB")
        dataset.PlanarConfiguration = 0
    elif "PhotometricInterpretation" not in dataset:
        dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = bits
    dataset.BitsStored = 8 if bits == 8 else 16 if signed else 12
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = signed
    _put_pixels(dataset, frames, syntax, bits)


def _put_pixels(dataset: Dataset, frames: Stored, syntax: UID, bits: int) -> None:
    if syntax.is_encapsulated:
        dataset.PixelData = encapsulate([_encoded(dataset, frame, syntax) for frame in frames])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
        return
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    content = frames.astype(frames.dtype.newbyteorder(order), copy=False).tobytes()
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"


def _encoded(dataset: Dataset, frame: Stored, syntax: UID) -> bytes:
    if syntax == JPEGBaseline8Bit:
        packed = BytesIO()
        Image.fromarray(frame).save(packed, "JPEG", quality=90, subsampling="4:2:2")
        return packed.getvalue()
    return get_encoder(syntax).encode(
        frame,
        rows=dataset.Rows,
        columns=dataset.Columns,
        samples_per_pixel=dataset.SamplesPerPixel,
        number_of_frames=1,
        bits_allocated=dataset.BitsAllocated,
        bits_stored=dataset.BitsStored,
        pixel_representation=dataset.PixelRepresentation,
        photometric_interpretation=dataset.PhotometricInterpretation,
        planar_configuration=0,
    )


def save(path: Path, dataset: Dataset, syntax: UID) -> None:
    """Write a data set; the file has its name only when all of it is there."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = "RADSEEK SAMPLE"
    dataset.file_meta = meta
    unfinished = path.with_name(path.name + UNFINISHED)
    dataset.save_as(unfinished, enforce_file_format=True)
    os.replace(unfinished, path)
