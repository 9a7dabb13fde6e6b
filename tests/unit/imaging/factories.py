"""Makes small DICOM files and pictures whose values can be worked out by hand."""

import struct
import warnings
import zlib
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from pydicom.config import disable_value_validation
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian

INSTANCE_UID = "1.2.826.0.1.3"


def make_item(**elements: Any) -> Dataset:
    """Make the data set of a sequence item; None takes an element away."""
    dataset = Dataset()
    for keyword, value in elements.items():
        if value is not None:
            vr = dictionary_VR(keyword)
            dataset.add_new(tag_for_keyword(keyword), _writable(vr, value), value)
    return dataset


def _writable(vr: str, value: Any) -> str:
    """Give a VR that pydicom writes the value with: text stands for a number that is none."""
    if vr in ("DS", "IS") and isinstance(value, str):
        return "LO"
    if " or " in vr:
        return "OW" if isinstance(value, bytes) else "SS" if np.min(value) < 0 else "US"
    return vr


def make_dicom(pixels: Any = None, syntax: str = ExplicitVRLittleEndian, **elements: Any) -> bytes:
    """Make a file of native pixels (H, W), (H, W, 3) or (frames, H, W); by default of one level.

    `elements` are keywords that replace what the pixels imply, or add to it.
    """
    pixels = np.full((4, 6), 7, np.uint16) if pixels is None else np.asarray(pixels)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    content = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    return _save(syntax, content, "OW", {**_implied(pixels), **elements})


def make_compressed(codestreams: list[bytes], syntax: str, pixels: Any, **elements: Any) -> bytes:
    """Make a file of compressed frames; `pixels` is one native frame of the same shape and type."""
    frames = {"NumberOfFrames": len(codestreams)}
    described = {**_implied(np.asarray(pixels)), **frames, **elements}
    return _save(syntax, encapsulate(codestreams), "OB", described)


def _implied(pixels: Any) -> dict[str, Any]:
    samples = 3 if pixels.ndim == 3 and pixels.shape[2] == 3 else 1
    bits = pixels.dtype.itemsize * 8
    return {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": INSTANCE_UID,
        "SamplesPerPixel": samples,
        "PhotometricInterpretation": "RGB" if samples == 3 else "MONOCHROME2",
        "PlanarConfiguration": 0 if samples == 3 else None,
        "NumberOfFrames": len(pixels) if samples == 1 and pixels.ndim == 3 else None,
        "Rows": pixels.shape[0 if samples == 3 else -2],
        "Columns": pixels.shape[1 if samples == 3 else -1],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
    }


def _save(syntax: str, content: bytes, vr: str, elements: dict[str, Any]) -> bytes:
    with disable_value_validation(), warnings.catch_warnings(action="ignore"):
        dataset = make_item(**elements)
        if "PixelData" not in elements:
            dataset.add_new("PixelData", vr, content)
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.file_meta.MediaStorageSOPClassUID = elements["SOPClassUID"] or CTImageStorage
        dataset.file_meta.MediaStorageSOPInstanceUID = INSTANCE_UID
        file = BytesIO()
        dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def make_raster(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Encode a picture."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def make_png_header(width: int, height: int) -> bytes:
    """Make a PNG of one grey level that has only a little compressed data."""
    header = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (b"IHDR" + header, b"IDAT" + zlib.compress(b"\0" * 1000), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_png_chunk, chunks))


def _png_chunk(chunk: bytes) -> bytes:
    return struct.pack(">L", len(chunk) - 4) + chunk + struct.pack(">L", zlib.crc32(chunk))
