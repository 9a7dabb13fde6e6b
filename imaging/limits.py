"""How large a file may become before it is refused, checked before anything is allocated."""

from typing import Final

from core.errors import CannotDecode
from core.types import SkipCode

MAX_FILE_BYTES: Final = 1 << 30
MAX_INFLATED_BYTES: Final = 1 << 28  # a deflated DICOM data set, once inflated
MAX_FRAME_SAMPLES: Final = 100_000_000  # a mammogram has 14 million, a film scan 40 million
MAX_FILE_SAMPLES: Final = 20_000_000_000  # all frames together, decoded or not


def check_samples(rows: int, columns: int, samples: int = 1, frames: int = 1) -> None:
    """Refuse a picture by what its header declares. Raises CannotDecode (TOO_LARGE)."""
    frame = rows * columns * samples
    if frame > MAX_FRAME_SAMPLES or frame * frames > MAX_FILE_SAMPLES:
        raise CannotDecode(
            SkipCode.TOO_LARGE,
            f"It declares {frames} x {rows} x {columns} x {samples} samples; the limits are"
            f" {MAX_FRAME_SAMPLES} a frame and {MAX_FILE_SAMPLES} a file. Export it smaller.",
        )


def check_bytes(size: int, limit: int, what: str) -> None:
    """Refuse more bytes than a limit. Raises CannotDecode (TOO_LARGE)."""
    if size > limit:
        raise CannotDecode(
            SkipCode.TOO_LARGE,
            f"{what} has more than {limit} bytes, the limit. Split it or export it smaller.",
        )
