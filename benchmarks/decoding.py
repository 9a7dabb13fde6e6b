"""Images a second of one core: radseek's decoding against pydicom's, for each transfer syntax.

    python -m benchmarks.decoding [--rounds 7] [FILE ...]

Synthetic images in every syntax that can be written here, and the first frame of each FILE. All
ways of one image take turns in one process; times are of the CPU. Prints Markdown tables.
"""

import argparse
import hashlib
import os
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom import Dataset, dcmread
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian

from benchmarks.phantoms import copies, ct_slice, in_syntax, radiograph
from benchmarks.rounds import Rounds, Work, alternate
from core.errors import CannotDecode
from core.types import Decoded, Location
from imaging.codecs import EncodedFrame, decode_frame
from imaging.decode import read_content, read_header
from imaging.dicom import WANTED
from imaging.header import open_header
from imaging.pixel_layout import PIXEL_KEYWORDS, read_layout
from imaging.rules import Rules
from imaging.sources import read_source

RADSEEK, DOOR = "radseek", "whole door"
NATIVE = "native"  # by no plugin
SLICES = 50
RULES = Rules()


@dataclass(frozen=True, slots=True)
class Image:
    """One file to measure, by a name that tells nothing of its content."""

    name: str
    content: bytes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args()
    images = [*synthetic(), *(Image(file.name, file.read_bytes()) for file in options.files)]
    with undisturbed():
        rows = [decoding_row(image, options.rounds) for image in images]
        scans = list(header_rows(options.rounds))
    print("| image | syntax | decoding | best alone | ratio | others | whole door | read alone |")
    print("|---|---|---|---|---|---|---|---|", *rows, sep="\n")
    print("\n| headers of | read by | files/s |\n|---|---|---|", *scans, sep="\n")


def synthetic() -> Iterator[Image]:
    """A CT slice of 512 x 512 and a radiograph of 2140 x 1760, both of 12 bits."""
    for name, dataset in (("CT 512 x 512", ct_slice()), ("CR 2140 x 1760", radiograph())):
        for copy in copies(dataset):
            yield Image(name, copy.content)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Drop what native decoders print of a frame that they leave to another."""
    kept, silence = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    os.close(silence)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def decoding_row(image: Image, rounds: int) -> str:
    """One image: the decoders on a parsed file, then whole readings of the file's bytes."""
    dataset = dcmread(BytesIO(image.content), force=True)
    alone = plain_ways(dataset)
    measured = alternate({RADSEEK: own_way(image.content), **alone}, rounds)
    best = measured.fastest(list(alone)) if alone else None
    whole = alternate(reading_ways(image.content, best), rounds)
    return _row(image.name, dataset.file_meta.TransferSyntaxUID.name, measured, best, whole)


def own_way(content: bytes) -> Work:
    """Decode the first frame as radseek does."""
    header = open_header(content, WANTED, RULES)
    keyword = next(keyword for keyword in PIXEL_KEYWORDS if keyword in header.dataset)
    layout = read_layout(header.dataset, keyword, RULES.limits)
    value, vr = header.pixels(keyword)
    frame = EncodedFrame(value, vr, header.syntax, layout, index=0)
    return partial(decode_frame, frame)


def plain_ways(dataset: Dataset) -> dict[str, Work]:
    """Decode it by pydicom, once with each plugin that reads it."""
    ways = {name: _plain(dataset, name) for name in _plugins(dataset.file_meta.TransferSyntaxUID)}
    return {name: way for name, way in ways.items() if _works(way)}


def _plugins(syntax: UID) -> tuple[str, ...]:
    if not syntax.is_encapsulated:
        return (NATIVE,)
    try:
        return get_decoder(syntax).available_plugins
    except NotImplementedError:
        return ()


def _plain(source: Dataset | bytes, plugin: str) -> Work:
    named = "" if plugin == NATIVE else plugin

    def decode() -> object:
        parsed = dcmread(BytesIO(source), force=True) if isinstance(source, bytes) else source
        return pixel_array(parsed, index=0, decoding_plugin=named)

    return decode


def _works(way: Work) -> bool:
    """Whether a plugin reads the image; they say no with errors of many kinds."""
    try:
        way()
    except Exception:
        return False
    return True


def reading_ways(content: bytes, best: str | None) -> dict[str, Work]:
    """Read from bytes: by radseek to rendered pictures, by pydicom to stored values."""
    digest = hashlib.sha256(content).hexdigest()
    ways: dict[str, Work] = {DOOR: partial(read_content, content, digest, RULES)}
    if best is not None:
        ways[best] = _plain(content, best)
    return ways


def _row(name: str, syntax: str, measured: Rounds, best: str | None, whole: Rounds) -> str:
    cells = [name, syntax, _rate(measured, RADSEEK)]
    if best is None:
        return _line([*cells, "none reads it", "", "", _rate(whole, DOOR), ""])
    others = [way for way in measured.seconds if way not in (RADSEEK, best)]
    cells += [f"{best} {_rate(measured, best)}", f"{measured.ratio(RADSEEK, best):.2f}"]
    cells += [", ".join(f"{other} {_rate(measured, other)}" for other in others)]
    return _line([*cells, _rate(whole, DOOR), _rate(whole, best)])


def _rate(measured: Rounds, way: str) -> str:
    rate = measured.rate(way)
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def header_rows(rounds: int) -> Iterator[str]:
    """Scan the small files that come with pydicom, and larger ones of a scanner's size."""
    yield from _scan_rows("pydicom's test files", [*filter(_is_read, _test_files())], rounds)
    with tempfile.TemporaryDirectory() as folder:
        slices = [Path(folder, f"{seed}.dcm") for seed in range(SLICES)]
        for seed, file in enumerate(slices):
            file.write_bytes(in_syntax(ct_slice(seed=seed), ExplicitVRLittleEndian))
        yield from _scan_rows("CT slices of 0.5 MB", slices, rounds)


def _scan_rows(what: str, files: list[Path], rounds: int) -> Iterator[str]:
    contents = [(file.read_bytes(), "0" * 64) for file in files]
    ways: dict[str, Work] = {
        "radseek, every tag, from memory": lambda: [
            read_header(content, digest, RULES) for content, digest in contents
        ],
        "pydicom, no value converted, from memory": lambda: [
            _plain_header(BytesIO(content)) for content, _ in contents
        ],
        "radseek, every tag, read and hashed from disk": lambda: [_header(file) for file in files],
        "pydicom, no value converted, from disk": lambda: [_plain_header(file) for file in files],
    }
    measured = alternate(ways, rounds)
    for name in ways:
        yield _line([what, name, f"{len(files) * measured.rate(name):,.0f}"])


def _test_files() -> list[Path]:
    return sorted(Path(pydicom.__file__).parent.joinpath("data", "test_files").glob("*.dcm"))


def _is_read(file: Path) -> bool:
    try:
        _header(file)
    except CannotDecode:
        return False
    return _works(partial(_plain_header, file))


def _header(file: Path) -> Decoded:
    source, content = read_source(Location(file))
    return read_header(content, source.sha256, RULES)


def _plain_header(source: Path | BytesIO) -> Dataset:
    return dcmread(source, force=True, stop_before_pixels=True)


if __name__ == "__main__":
    main()
