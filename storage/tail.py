"""Arrays behind the bytes of FAISS in an index file: ids, a rotation, and the like.

They follow one another as NumPy writes them, then come eight bytes: where the first one begins.
"""

from collections.abc import Sequence
from pathlib import Path
from struct import calcsize, pack, unpack
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

FOOTER: Final = "<Q"


def write_tail(file: BinaryIO, arrays: Sequence[NDArray[Any]]) -> None:
    """Write arrays at the end of a file whose position is there."""
    start = file.tell()
    for array in arrays:
        np.save(file, array, allow_pickle=False)
    file.write(pack(FOOTER, start))


def read_tail(path: Path, count: int) -> list[NDArray[Any]]:
    """Read so many arrays. Raises ValueError or OSError when they are not there."""
    with path.open("rb") as file:
        end = file.seek(-calcsize(FOOTER), 2)
        start = unpack(FOOTER, file.read())[0]
        if start >= end:
            raise ValueError("the end of the file is not what was written")
        file.seek(start)
        return [_read(file) for _ in range(count)]


def _read(file: BinaryIO) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(file, allow_pickle=False)
    except EOFError as error:
        raise ValueError("the file is cut off") from error
    return array
