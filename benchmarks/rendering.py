"""Whether rendering is right: every frame against dcmtk's `dcmj2pnm +Wi 1`, which shares no code.

    python -m benchmarks.rendering [--untouched] [FOLDER ...]

The FOLDERs are added to pydicom's own files and those of the package pydicom-data. Both programs
get the same copy of a file, in which is only what both look at: see `comparable_copy`. Prints
Markdown tables; exits with 1 where fewer than 97 % of the files agree within one grey level. With
--untouched both get the files as they are, and only those count that have a window: without one
each program makes its own.
"""

import argparse
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
import pydicom.data
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from benchmarks.decoding import undisturbed
from core.errors import CannotDecode
from core.types import Picture, Pixels
from imaging.decode import read_pictures_from_bytes
from imaging.frames import FramePolicy
from imaging.profiles import VOI
from imaging.rules import Rules

TOLERANCE: Final = 1  # grey level
LEAST_PART: Final = 0.97  # of the files
# dcmtk leaves pixels as they are, square or not, and a mammogram where it is.
RULES: Final = Rules(
    profile=replace(VOI, squares_pixels=False, crops=False), frames=FramePolicy(cine=3, slices=3)
)

UNKNOWN_TO_DCMTK: Final = (
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)
DECOMPRESSED_BY_PYDICOM: Final = (
    JPEG2000,
    JPEG2000Lossless,
    HTJ2K,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
)
JPEG_LS: Final = (JPEGLSLossless, JPEGLSNearLossless)


Copying = Callable[[Path, Path], Path | None]  # a file, where its copy may go -> what to compare


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far two renderings of one file are apart."""

    name: str
    syntax: str
    greatest: int | None  # grey levels, over all frames compared; None: dcmtk shows nothing
    part: float  # of the samples that are further apart than TOLERANCE

    @property
    def agrees(self) -> bool:
        """Whether no sample of any frame is further apart than TOLERANCE."""
        return self.greatest is not None and self.greatest <= TOLERANCE


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--untouched", action="store_true")
    asked = parser.parse_args()
    folders = [*sample_folders(), *asked.folders]
    copy = as_it_is if asked.untouched else comparable_copy
    with undisturbed(), tempfile.TemporaryDirectory() as scratch:
        found = [one for folder in folders for one in compare_folder(folder, Path(scratch), copy)]
    compared = [one for one in found if one.greatest is not None]
    agreeing = sum(one.agrees for one in compared)
    print("| file | syntax | greatest difference | samples beyond 1 |\n|---|---|---|---|")
    for one in found:
        if not one.agrees:
            greatest = "not shown by dcmtk" if one.greatest is None else one.greatest
            print(f"| {one.name} | {one.syntax} | {greatest} | {one.part:.3%} |")
    part = agreeing / len(compared)
    print(f"\n{agreeing} of {len(compared)} comparable files agree within {TOLERANCE}: {part:.1%}")
    sys.exit(part < LEAST_PART)


def sample_folders() -> Iterator[Path]:
    """pydicom's own files, and those of pydicom-data where it is installed."""
    yield Path(pydicom.data.__file__).parent / "test_files"
    found = find_spec("data_store")
    if found is not None and found.origin is not None:
        yield Path(found.origin).parent / "data"


def compare_folder(folder: Path, scratch: Path, make_copy: Copying) -> Iterator[Comparison]:
    """Compare the files of a folder, without its subfolders, that have a picture."""
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        compared = compare(path, scratch, make_copy)
        if compared is not None:
            yield compared


def compare(path: Path, scratch: Path, make_copy: Copying) -> Comparison | None:
    """Compare a file; None if it is not to be compared. `scratch` is a folder to write to."""
    pictures = _pictures(path)
    copy = make_copy(path, scratch / "copy.dcm") if pictures else None
    if copy is None:
        return None
    dataset = _header(copy)
    differences = [
        _difference(picture.pixels, dcmtk_shows(dataset, copy, picture.frame, scratch))
        for picture in (pictures if copy == path else _pictures(copy))
    ]
    name = dataset.file_meta.get("TransferSyntaxUID", ExplicitVRLittleEndian).name
    shown = [difference for difference in differences if difference is not None]
    if len(shown) < len(differences):
        return Comparison(path.name, name, None, 0)
    return Comparison(
        path.name,
        name,
        max(int(one.max()) for one in shown),
        max(float((one > TOLERANCE).mean()) for one in shown),
    )


def _pictures(path: Path) -> list[Picture]:
    try:
        return read_pictures_from_bytes(path.read_bytes(), RULES)
    except CannotDecode:
        return []


def _difference(pixels: Pixels, shown: Pixels | None) -> NDArray[np.int64] | None:
    if shown is None:
        return None
    difference: NDArray[np.int64] = np.abs(pixels.astype(np.int64) - shown)
    return difference


def _header(path: Path) -> Dataset:
    with warnings.catch_warnings(action="ignore"):
        return dcmread(path, force=True, stop_before_pixels=True)


def comparable_copy(path: Path, copy: Path) -> Path:
    """Copy a file with what both programs look at; give the file itself where that is all.

    dcmtk knows neither padding nor functional groups nor JPEG 2000, and shows values without a
    window from the least to the greatest, where radseek takes percentiles.
    """
    with warnings.catch_warnings(action="ignore"):
        dataset = dcmread(path, force=True)
        unknown = [keyword for keyword in UNKNOWN_TO_DCMTK if keyword in dataset]
        is_packed = dataset.file_meta.get("TransferSyntaxUID") in DECOMPRESSED_BY_PYDICOM
        for keyword in unknown:
            del dataset[keyword]
        if is_packed:
            _decompress(dataset)
        lacks_window = _lacks_window(dataset)
        if lacks_window:
            dataset.WindowCenter, dataset.WindowWidth = 300, 2000
        if not (unknown or is_packed or lacks_window):
            return path
        dataset.save_as(copy)
    return copy


def as_it_is(path: Path, _copy: Path) -> Path | None:
    """Give the file itself, if it says how it is to be shown."""
    return None if _lacks_window(_header(path)) else path


def _lacks_window(dataset: Dataset) -> bool:
    is_deep = dataset.get("SamplesPerPixel", 1) == 1 and dataset.BitsAllocated > 8
    return is_deep and "WindowCenter" not in dataset and "VOILUTSequence" not in dataset


def _decompress(dataset: Dataset) -> None:
    pixels = dataset.pixel_array
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset["PixelData"].is_undefined_length = False
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    if dataset.SamplesPerPixel == 3:
        dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0


def dcmtk_shows(dataset: Dataset, path: Path, frame: int, scratch: Path) -> Pixels | None:
    """Render a frame by dcmtk, with the table or window of the file; None if it cannot."""
    is_jpeg_ls = dataset.file_meta.get("TransferSyntaxUID") in JPEG_LS
    voi = ["+Wi", "1"] if "WindowCenter" in dataset else []
    voi = ["+Wl", "1"] if "VOILUTSequence" in dataset else voi
    program = "dcml2pnm" if is_jpeg_ls else "dcmj2pnm"
    output = scratch / "shown.png"
    output.unlink(missing_ok=True)
    command = [program, "+on", "-O", "+F", str(frame + 1), *voi, str(path), str(output)]
    subprocess.run(command, capture_output=True, check=False)
    return np.asarray(Image.open(output).convert("RGB")) if output.exists() else None


if __name__ == "__main__":
    main()
