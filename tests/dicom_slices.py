"""Small DICOM files of series, as scanners write them."""

from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian


def slice_bytes(series: int, number: int, grey: int | None = None, **more: object) -> bytes:
    """A CT slice of one grey level, `number` millimetres along the series; made-up UIDs.

    `more` are elements by keyword; None takes one away.
    """
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = CTImageStorage
    uid = f"1.2.826.0.1.9.{series}.{number + 1}"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = uid
    made.StudyInstanceUID = "1.2.826.0.1.8"
    made.SeriesInstanceUID = f"1.2.826.0.1.9.{series}"
    made.Modality = "CT"
    made.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    made.InstanceNumber = number + 1
    made.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    made.ImagePositionPatient = [0, 0, number]
    made.Rows, made.Columns, made.SamplesPerPixel = 8, 8, 1
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 16, 15
    made.PixelRepresentation, made.PhotometricInterpretation = 0, "MONOCHROME2"
    made.WindowCenter, made.WindowWidth = 500, 1000
    level = 100 * series + number if grey is None else grey
    made.PixelData = np.full((8, 8), level, "<u2").tobytes()
    for keyword, value in more.items():
        if value is None:
            delattr(made, keyword)
        else:
            setattr(made, keyword, value)
    written = BytesIO()
    made.save_as(written, enforce_file_format=True)
    return written.getvalue()


def write_series(folder: Path, series: int, count: int) -> list[Path]:
    """The slices of a series, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{series}-{number:04}.dcm" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(slice_bytes(series, number))
    return paths
