"""Whether the syntax of a file matters: one image in all of them, pixels and embeddings compared.

    python -m benchmarks.copies [--encoder mini] [--weights DIR] [FILE ...]

Synthetic images, pydicom's small CT and MR, and the first frame of each grey FILE are written anew
in every transfer syntax that can be made here. Lossless copies have to give the same pixels, and
lossy ones nearly the same embedding. Prints a Markdown table; exits with 1 if a lossless one fails.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import UID

from benchmarks.decoding import undisturbed
from benchmarks.phantoms import Copy, copies, ct_slice, radiograph
from core.types import Picture
from encoders.base import Encoder
from encoders.registry import load_encoder
from imaging.decode import read_content
from imaging.rules import Rules

LEAST_LOSSLESS: Final = 0.9999  # cosine
LEAST_LOSSY: Final = 0.99
RULES: Final = Rules()


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near a copy is to the native file."""

    syntax: UID
    is_lossless: bool
    has_same_pixels: bool
    has_same_hash: bool
    cosine: float

    @property
    def is_near_enough(self) -> bool:
        """Whether the copy keeps what is promised of its kind."""
        if self.is_lossless:
            return self.has_same_pixels and self.has_same_hash and self.cosine >= LEAST_LOSSLESS
        return self.cosine >= LEAST_LOSSY


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--encoder", default="mini")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, options.weights, "cpu")
    print("| image | syntax | kind | pixels | pixel sha256 | cosine |\n|---|---|---|---|---|---|")
    found = list(compare(encoder, options.files))
    print(f"\n{sum(one.is_near_enough for one in found)} of {len(found)} copies are near enough")
    sys.exit(not all(one.is_near_enough for one in found if one.is_lossless))


def compare(encoder: Encoder, files: list[Path]) -> Iterator[Likeness]:
    """Compare all copies of all images, printing each."""
    for name, dataset in images(files):
        with undisturbed():
            found = list(likenesses(encoder, dataset))
        for one in found:
            print(_row(name, one), flush=True)
        yield from found


def images(files: list[Path]) -> Iterator[tuple[str, Dataset]]:
    """The images to copy, native, by a name that tells nothing of their content."""
    yield "CT 512 x 512", ct_slice()
    yield "CR 2140 x 1760", radiograph()
    for name in ("CT_small.dcm", "MR_small.dcm"):
        yield name, dcmread(str(get_testdata_file(name, download=False)))
    for file in files:
        dataset = dcmread(file)
        if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
            dataset.decompress()
        yield file.name, dataset


def likenesses(encoder: Encoder, dataset: Dataset) -> Iterator[Likeness]:
    """Compare each copy with the first, which is native."""
    made = list(copies(dataset))
    pictures = [_picture(copy) for copy in made]
    embeddings = encoder.embed_images([encoder.prepare(picture.pixels) for picture in pictures])
    cosines = embeddings @ embeddings[0]
    for copy, picture, cosine in zip(made, pictures, cosines, strict=True):
        yield Likeness(
            syntax=copy.syntax,
            is_lossless=copy.is_lossless,
            has_same_pixels=np.array_equal(picture.pixels, pictures[0].pixels),
            has_same_hash=picture.pixel_sha256 == pictures[0].pixel_sha256,
            cosine=float(cosine),
        )


def _picture(copy: Copy) -> Picture:
    digest = hashlib.sha256(copy.content).hexdigest()
    return read_content(copy.content, digest, RULES).pictures[0]


def _row(name: str, one: Likeness) -> str:
    cells = [
        name,
        one.syntax.name,
        "lossless" if one.is_lossless else "lossy",
        "same" if one.has_same_pixels else "differ",
        "same" if one.has_same_hash else "differs",
        f"{one.cosine:.6f}" + ("" if one.is_near_enough else " (too far)"),
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
