"""Decompresses a JPEG frame by dcmtk's dcmdjpeg, a program that may be installed beside radseek."""

import resource
import shutil
import subprocess
from io import BytesIO
from typing import Final

from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from imaging.pixel_layout import PixelLayout

PROGRAM: Final = "dcmdjpeg"
SECONDS: Final = 30  # for one frame, of wall clock and of CPU


def is_installed() -> bool:
    """Say whether the program is on the path."""
    return shutil.which(PROGRAM) is not None


def decompress(codestream: bytes, syntax: str, layout: PixelLayout) -> tuple[bytes, str, int]:
    """Give the native samples of a frame, with their photometric interpretation and planes.

    The frame goes in and out by pipes: nothing of it is left on a disk. Raises OSError,
    subprocess.SubprocessError, and errors of pydicom for what the program cannot read.
    """
    converted = dcmread(BytesIO(_run(_file(codestream, syntax, layout))))
    planar = int(converted.get("PlanarConfiguration", 0))
    return converted.PixelData, str(converted.PhotometricInterpretation), planar


def _run(content: bytes) -> bytes:
    program = shutil.which(PROGRAM)
    if program is None:
        raise FileNotFoundError(PROGRAM)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603 (no shell, and no argument from the file)
        [program, "-", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet
    ) as process:
        _limit(process)
        try:
            written, _ = process.communicate(content, timeout=SECONDS)
        finally:
            process.kill()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, PROGRAM)
    return written


def _limit(process: subprocess.Popen[bytes]) -> None:
    """Let it end by itself should this process be killed while it works."""
    if hasattr(resource, "prlimit"):  # Linux
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _file(codestream: bytes, syntax: str, layout: PixelLayout) -> bytes:
    """Write a file with nothing but the frame: no identity leaves this process."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "2.25.1"
    dataset.Rows, dataset.Columns = layout.rows, layout.columns
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = layout.samples, layout.photometric
    dataset.BitsAllocated, dataset.BitsStored = layout.allocated, layout.stored
    dataset.HighBit, dataset.PixelRepresentation = layout.high_bit, int(layout.signed)
    if layout.samples > 1:
        dataset.PlanarConfiguration = layout.planar
    dataset.PixelData = encapsulate([codestream])
    dataset["PixelData"].VR = "OB"
    file = BytesIO()
    dcmwrite(file, dataset, enforce_file_format=True)
    return file.getvalue()
