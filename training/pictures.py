"""Every training image decoded once, small and grey, in one array that later runs map again."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import CannotDecode, TrainingError
from core.types import Pixels
from encoders.squash import Squash
from imaging.decode import read_pictures_from_bytes
from training.manifest import Example, read_bytes

GreyPictures = NDArray[np.uint8]  # (n, side, side)


def load_pictures(folder: Path, examples: list[Example], side: int, cache: Path) -> GreyPictures:
    """The first picture of every example, squashed to side x side and made grey.

    Kept in `cache` under a name that changes with the list of files and the side.
    Raises TrainingError for a file that cannot be read or decoded.
    """
    kept = cache / f"pictures-{_fingerprint(examples, side)}.npy"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        _save(_decode_all(folder, examples, side), kept)
    pictures: GreyPictures = np.load(kept, mmap_mode="r")
    return pictures


def _fingerprint(examples: list[Example], side: int) -> str:
    names = "\n".join(f"{e.archive}/{e.path}/{e.orig_md5}" for e in examples)
    return hashlib.sha256(f"{side}\n{names}".encode()).hexdigest()[:16]


def _save(pictures: GreyPictures, path: Path) -> None:
    """Write under another name first: a run that stops half-way leaves no half array behind."""
    partial = path.with_suffix(".partial.npy")
    np.save(partial, pictures)
    partial.replace(path)


def _decode_all(folder: Path, examples: list[Example], side: int) -> GreyPictures:
    squash = Squash((side, side))
    pictures = np.empty((len(examples), side, side), np.uint8)
    for row, (example, content) in enumerate(
        zip(examples, read_bytes(folder, examples), strict=True)
    ):
        pictures[row] = _grey(squash(_decode(example, content)))
    return pictures


def _decode(example: Example, content: bytes) -> Pixels:
    try:
        return read_pictures_from_bytes(content)[0].pixels
    except CannotDecode as error:
        raise TrainingError(
            f"Cannot decode {example.path}: {error.reason} Take it out of the manifest."
        ) from error


def _grey(pixels: Pixels) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = pixels.mean(axis=2).round().astype(np.uint8)
    return grey
