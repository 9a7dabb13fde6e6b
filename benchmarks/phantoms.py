"""Synthetic radiographs and CT slices, written as DICOM in every transfer syntax that can be made.

No patient is in them: bodies are ellipses with noise. Encoders are pydicom's; those that it lacks
(JPEG by ITU-T T.81) are dcmtk's dcmcjpeg, where it is installed. HTJ2K has no free encoder here.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

Stored = NDArray[np.uint16]  # (H, W), 12 bits

CT_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.2"
CR_IMAGE: Final = "1.2.840.10008.5.1.4.1.1.1"
BITS: Final = 12
TOP: Final = 2**BITS - 1
AIR: Final = 24  # stored: -1000 HU with the intercept below
INTERCEPT: Final = -1024

# How to write what pydicom encodes itself. The lossy ones are as mild as archives use.
LOSSLESS: Final[Mapping[UID, Mapping[str, Any]]] = {
    RLELossless: {},
    JPEGLSLossless: {},
    JPEG2000Lossless: {},
}
LOSSY: Final[Mapping[UID, Mapping[str, Any]]] = {
    JPEGLSNearLossless: {"jls_error": 2},
    JPEG2000: {"j2k_cr": [10]},
}
NATIVE: Final = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian)
# Options of dcmcjpeg, and whether the copy is lossless.
DCMCJPEG: Final = {
    "+e1": True,  # lossless, first-order prediction
    "+el": True,  # lossless
    "+eb": False,  # baseline, 8 bits
    "+ee": False,  # extended, 12 bits
    "+es": False,  # spectral selection
    "+ep": False,  # progressive
}


@dataclass(frozen=True, slots=True)
class Copy:
    """One image as one file."""

    syntax: UID
    content: bytes
    is_lossless: bool


def ct_slice(size: int = 512, seed: int = 0) -> Dataset:
    """Make an axial slice of a trunk with lungs, a spine and the noise of a scanner."""
    hu = np.full((size, size), -1000.0)
    for left, top, width, height, value in (
        (0.0, 0.0, 0.85, 0.62, 40),  # soft tissue
        (-0.4, -0.05, 0.3, 0.42, -850),  # lungs
        (0.4, -0.05, 0.3, 0.42, -850),
        (0.08, -0.12, 0.2, 0.24, 55),  # heart
        (0.0, 0.42, 0.1, 0.1, 700),  # spine
    ):
        hu[_ellipse(hu.shape, left, top, width, height)] = value
    noise = np.random.default_rng(seed).normal(0, 12, hu.shape)
    dataset = _dataset(hu + noise - INTERCEPT, CT_IMAGE, "CT", seed)
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, INTERCEPT
    dataset.WindowCenter, dataset.WindowWidth = 40, 400
    return dataset


def radiograph(rows: int = 2140, columns: int = 1760, seed: int = 0) -> Dataset:
    """Make a radiograph of a chest: smooth shades, and noise that grows with the dose."""
    shade = np.full((rows, columns), 3600.0)
    for left, top, width, height, value in (
        (0.0, 0.1, 0.8, 0.95, 1500),
        (-0.38, 0.0, 0.28, 0.6, 2700),
        (0.38, 0.0, 0.28, 0.6, 2700),
        (0.0, 0.2, 0.12, 0.8, 900),
    ):
        shade[_ellipse(shade.shape, left, top, width, height)] = value
    noise = np.random.default_rng(seed).normal(0, 0.35, shade.shape) * np.sqrt(shade)
    dataset = _dataset(shade + noise, CR_IMAGE, "CR", seed)
    dataset.WindowCenter, dataset.WindowWidth = 2048, 4096
    return dataset


def _ellipse(
    shape: tuple[int, ...], left: float, top: float, width: float, height: float
) -> NDArray[np.bool_]:
    """A mask; the picture goes from -1 to 1 in both directions."""
    y = np.linspace(-1, 1, shape[0])[:, np.newaxis]
    x = np.linspace(-1, 1, shape[1])[np.newaxis, :]
    inside: NDArray[np.bool_] = ((x - left) / width) ** 2 + ((y - top) / height) ** 2 <= 1
    return inside


def _dataset(values: NDArray[np.float64], sop_class: str, modality: str, seed: int) -> Dataset:
    stored = np.clip(np.rint(values), 0, TOP).astype("<u2")
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.Modality = sop_class, modality
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.1", "2.25.2"
    dataset.SOPInstanceUID = f"2.25.3.{seed}"
    dataset.PatientID, dataset.PatientName = "SYNTHETIC", "Phantom^Ellipse"
    dataset.StudyDate, dataset.StudyDescription = "20200101", "SYNTHETIC PHANTOM"
    dataset.InstanceNumber = seed + 1
    dataset.Rows, dataset.Columns = stored.shape
    dataset.PixelSpacing = [0.7, 0.7]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS, BITS - 1
    dataset.PixelRepresentation = 0
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def copies(dataset: Dataset) -> Iterator[Copy]:
    """Write a native data set in every transfer syntax that can be made here."""
    for syntax in (*NATIVE, ExplicitVRBigEndian, *LOSSLESS, *LOSSY):
        yield Copy(syntax, in_syntax(dataset, syntax), syntax not in LOSSY)
    if shutil.which("dcmcjpeg"):
        yield from _jpeg_copies(written(dataset, ExplicitVRLittleEndian))


def in_syntax(dataset: Dataset, syntax: UID) -> bytes:
    """Write a native data set in a transfer syntax that pydicom writes."""
    if syntax in NATIVE:
        return written(dataset, syntax)
    if syntax == ExplicitVRBigEndian:
        return _big_endian(dataset)
    return _compressed(dataset, syntax, {**LOSSLESS, **LOSSY}[syntax])


def written(dataset: Dataset, syntax: UID) -> bytes:
    """Write a data set as a file, in a little-endian syntax of native pixels."""
    dataset.file_meta.TransferSyntaxUID = syntax
    return _file(dataset, is_implicit=syntax == ImplicitVRLittleEndian)


def _file(dataset: Dataset, is_implicit: bool = False, is_little_endian: bool = True) -> bytes:
    stream = BytesIO()
    dcmwrite(
        stream,
        dataset,
        implicit_vr=is_implicit,
        little_endian=is_little_endian,
        enforce_file_format=True,
    )
    return stream.getvalue()


def _again(dataset: Dataset) -> Dataset:
    return dcmread(BytesIO(written(dataset, ExplicitVRLittleEndian)))


def _big_endian(dataset: Dataset) -> bytes:
    copy = _again(dataset)
    if copy.BitsAllocated == 16:
        copy.PixelData = np.frombuffer(copy.PixelData, "<u2").astype(">u2").tobytes()
    copy.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    return _file(copy, is_little_endian=False)


def _compressed(dataset: Dataset, syntax: UID, settings: Mapping[str, Any]) -> bytes:
    copy = _again(dataset)
    copy.compress(syntax, generate_instance_uid=False, **settings)
    return _file(copy)


def _jpeg_copies(content: bytes) -> Iterator[Copy]:
    with tempfile.TemporaryDirectory() as folder:
        native, jpeg = Path(folder, "native.dcm"), Path(folder, "jpeg.dcm")
        native.write_bytes(content)
        for option, is_lossless in DCMCJPEG.items():
            command = ["dcmcjpeg", option, "--uid-never", str(native), str(jpeg)]
            subprocess.run(command, check=True, capture_output=True)
            syntax = dcmread(jpeg, stop_before_pixels=True).file_meta.TransferSyntaxUID
            yield Copy(syntax, jpeg.read_bytes(), is_lossless)
