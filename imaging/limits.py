"""How large a file may become before it is refused, checked before anything is allocated."""

from dataclasses import dataclass
from typing import Final

from core.errors import CannotDecode
from core.types import SkipCode


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask for. Picklable, so that workers keep to the same limits."""

    file_bytes: int = 1 << 30  # of a file, or of a member or a .nii.gz once it is unpacked
    inflated_bytes: int = 1 << 28  # of a deflated DICOM data set, once inflated
    frame_samples: int = 100_000_000  # a mammogram has 14 million, a film scan 40 million
    file_samples: int = 20_000_000_000  # all frames together, decoded or not
    members: int = 1_000_000  # of an archive, and records of a DICOMDIR
    text: int = 1024  # characters of a value, and of a member's name

    def check_samples(self, rows: int, columns: int, samples: int = 1, frames: int = 1) -> None:
        """Refuse a picture by what its header declares. Raises CannotDecode (TOO_LARGE)."""
        frame = rows * columns * samples
        if frame > self.frame_samples or frame * frames > self.file_samples:
            raise CannotDecode(
                SkipCode.TOO_LARGE,
                f"It declares {frames} x {rows} x {columns} x {samples} samples; the limits are"
                f" {self.frame_samples} a frame and {self.file_samples} a file. Export it smaller.",
            )

    @staticmethod
    def check_bytes(size: int, limit: int, what: str) -> None:
        """Refuse more bytes than one of the limits. Raises CannotDecode (TOO_LARGE)."""
        if size > limit:
            raise CannotDecode(
                SkipCode.TOO_LARGE,
                f"{what} has more than {limit} bytes, the limit. Split it or export it smaller.",
            )


DEFAULT_LIMITS: Final = Limits()
