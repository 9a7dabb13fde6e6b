"""Names the pixels of a picture, so that the same ones are found in another file."""

import hashlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# The first that holds all values is taken, so that the type a file or a decoder chose is no matter.
_INTEGERS: Final = ("<u1", "<i2", "<i4", "<i8", "<u8")
_FLOAT: Final = "<f4"


def pixel_hash(stored: NDArray[Any]) -> str:
    """Hash stored values of any shape: the sha256 of their shape and values, in lower-case hex.

    Equal values have an equal hash, in whatever integer type or byte order; floats are compared
    with 32 bit.
    """
    plain = np.ascontiguousarray(stored, _narrowest(stored))
    digest = hashlib.sha256(f"{plain.dtype.str} {plain.shape}".encode())
    digest.update(plain.data)
    return digest.hexdigest()


def _narrowest(stored: NDArray[Any]) -> str:
    if stored.dtype.kind not in "iub":
        return _FLOAT
    low, high = (int(stored.min()), int(stored.max())) if stored.size else (0, 0)
    fitting = (kind for kind in _INTEGERS if _holds(kind, low, high))
    return next(fitting)


def _holds(kind: str, low: int, high: int) -> bool:
    limits = np.iinfo(kind)
    return limits.min <= low and high <= limits.max
