"""One frame on its way to the browser, which applies the window: a header in JSON, then values."""

import gzip
import json
import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from imaging.display import GreyDisplay, LookupTable, Rescale, Stored, Window
from imaging.geometry import square_size
from imaging.unshaded import Unshaded

LENGTH_BYTES: Final = 4  # of the header, before it; little-endian
ALIGNED: Final = 8  # bytes: a typed array begins at a multiple of its element
MOST_PIXELS: Final = 32_000_000  # a larger frame is sent in part, and says so
FASTEST: Final = 1  # of gzip; the levels above it save a few percent and take twice as long


def frame_bytes(frame: Unshaded) -> bytes:
    """The header, the values and one bit for each pixel of the graphics, packed by gzip."""
    step = _step(frame.stored)
    stored = _portable(frame.stored[::step, ::step])
    drawn = None if frame.graphics is None else frame.graphics[::step, ::step]
    header = json.dumps(_header(frame, stored, step), allow_nan=False).encode()
    header += b" " * (-(LENGTH_BYTES + len(header)) % ALIGNED)
    parts = [len(header).to_bytes(LENGTH_BYTES, "little"), header, stored.tobytes()]
    parts += [] if drawn is None else [np.packbits(drawn).tobytes()]
    return gzip.compress(b"".join(parts), FASTEST, mtime=0)


def _header(frame: Unshaded, stored: Stored, step: int) -> dict[str, Any]:
    rows, columns = stored.shape[:2]
    height, width = square_size(rows, columns, frame.aspect)
    return {
        "rows": rows,
        "columns": columns,
        "height": height,
        "width": width,
        "step": step,
        "samples": 3 if stored.ndim == 3 else 1,
        "kind": f"{stored.dtype.kind}{stored.dtype.itemsize}",
        "graphics": frame.graphics is not None,
        "mirrored": frame.is_mirrored,
        "grey": None if frame.display is None else _grey(frame, frame.display),
    }


def _grey(frame: Unshaded, display: GreyDisplay) -> dict[str, Any]:
    return {
        "modality": _stage(display.modality),
        "own": _stage(display.voi),
        "ownPadding": display.padding,
        "padding": frame.padding,
        "inverted": display.inverted,
    }


def _stage(stage: Rescale | LookupTable | Window | None) -> dict[str, Any]:
    match stage:
        case Rescale(slope, intercept):
            return {"slope": slope, "intercept": intercept}
        case Window(center, width, function):
            return {"center": center, "width": width, "function": function.value}
        case LookupTable(first, entries, bits):
            return {"first": first, "entries": entries.tolist(), "bits": bits}
        case None:
            raise ValueError("a frame for the browser has a window of its own")


def _step(stored: Stored) -> int:
    rows, columns = stored.shape[:2]
    return max(1, math.ceil(math.sqrt(rows * columns / MOST_PIXELS)))


def _portable(stored: Stored) -> NDArray[Any]:
    """The values in the smallest of the kinds that a browser reads, unchanged."""
    kind = _kind(stored)
    return np.ascontiguousarray(stored, dtype=kind)


def _kind(stored: Stored) -> str:
    if stored.dtype.kind in "iub" and stored.size:
        low, high = int(stored.min()), int(stored.max())
        fitting = (kind for kind in ("u1", "<i2", "<u2") if _holds(kind, low, high))
        return next(fitting, "<f8")  # exact up to 53 bits, as the renderer's own values are
    return "<f4" if stored.dtype.itemsize <= 4 else "<f8"


def _holds(kind: str, low: int, high: int) -> bool:
    limits = np.iinfo(kind)
    return bool(limits.min <= low and high <= limits.max)
