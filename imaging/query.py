"""Reads the picture of an upload, without letting it bring the server down."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from core.errors import CannotDecode
from core.types import Pixels, Skipped
from imaging.decode import read_pictures_from_bytes
from imaging.dicom import is_dicom
from imaging.frames import FramePolicy
from imaging.work import Outcome
from imaging.workers import DecodePool

MIDDLE_FRAME: Final = FramePolicy(count=1)


def read_query(content: bytes, seconds: float = 60) -> Pixels:
    """Read the picture that stands for a file: (H, W, 3), of many frames the middle one.

    DICOM is decoded in a process of its own, which its decoders may crash and which costs about a
    second; `seconds` limits it. Raises CannotDecode, DecodersUnavailable.
    """
    if not is_dicom(content):
        return read_pictures_from_bytes(content, MIDDLE_FRAME)[0].pixels
    with (
        NamedTemporaryFile() as file,
        DecodePool(_unprepared, workers=1, seconds=seconds, frames=MIDDLE_FRAME) as pool,
    ):
        file.write(content)
        file.flush()
        return _pixels(*pool.run([Path(file.name)]))


def _unprepared(pixels: Pixels) -> Pixels:
    return pixels


def _pixels(outcome: Outcome) -> Pixels:
    match outcome:
        case (_, (prepared,)):
            return prepared.pixels
        case Skipped(_, code, reason):
            raise CannotDecode(code, reason)
    raise AssertionError("a file of which nothing is known cannot be unchanged")
