"""Reads NIfTI volumes as slices."""

import gzip
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Final

import numpy as np

from core.errors import CannotDecode
from core.pixels import Grey, as_rgb
from core.types import (
    CatalogueCode,
    Decoded,
    Instance,
    Kept,
    Picture,
    Pixels,
    SkipCode,
    Tags,
)
from imaging.crop import cut
from imaging.display import (
    GreyDisplay,
    Rescale,
    Stored,
    Values,
    Window,
    WindowFunction,
    percentile_window,
    render_grey,
)
from imaging.geometry import square_pixels
from imaging.limits import Limits
from imaging.nifti_header import (
    HEADER_BYTES,
    NiftiHeader,
    corrupt,
    is_nifti_start,
    read_nifti_header,
)
from imaging.pixel_hash import pixel_hash
from imaging.plain_tags import plain_tags
from imaging.profiles import Profile
from imaging.rules import Rules, View
from imaging.unshaded import Unshaded, unshaded_grey
from imaging.volume import Stack, Volume, lay_out

GZIP: Final = b"\x1f\x8b"
GZIP_START: Final = 1 << 17  # bytes that hold the header of any NIfTI file, packed

WINDOW_VOXELS: Final = 2_000_000  # more of them do not change percentiles that can be seen
WIDEST: Final = 10  # times the range of percentiles: a wider window was set by mistake
NO_PICTURE: Final = Kept(
    CatalogueCode.NOT_A_PICTURE,
    "It is a NIfTI file of labels, vectors or points, or of a single line of voxels.",
)


def is_nifti(content: bytes) -> bool:
    """Say whether bytes begin like NIfTI or Analyze, packed with gzip or not."""
    return is_nifti_start(_start(content))


def read_nifti(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read the slices that the rules pick; of several volumes those of the middle one.

    Raises CannotDecode (CORRUPT, UNSUPPORTED, TOO_LARGE).
    """
    decoded = nifti_header(content, sha256, rules)
    if decoded.kept:
        return decoded
    slices = _read_slices(content, rules)
    chosen = slices.chosen(rules)
    return replace(decoded, pictures=tuple(slices.picture(number) for number in chosen))


def nifti_header(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read what a file says of its volume, without the voxels. Raises as `read_nifti` does."""
    header, stack = _read_header(content, rules.limits)
    place = stack.place(0) if header.is_placed and stack.slices == 1 else None
    instance = Instance(_read_tags(header, stack, sha256), place=place)
    return Decoded(instance, kept=None if _is_picture(header, stack) else NO_PICTURE)


def view_nifti(content: bytes, view: View, rules: Rules) -> Pixels:
    """Render one slice as asked; a window changes grey volumes only.

    Raises as `read_nifti` does, and CannotDecode (UNSUPPORTED) for a file without a picture.
    """
    slices = _read_pictures(content, rules)
    number = view.frame_of(slices.stack.slices)
    return cut(slices.render(number, view.window), view.crop)


def unshaded_nifti(content: bytes, frame: int, rules: Rules) -> Unshaded:
    """One slice before its window. Raises as `view_nifti` does."""
    slices = _read_pictures(content, rules)
    return slices.unshaded(View(frame).frame_of(slices.stack.slices))


def _read_pictures(content: bytes, rules: Rules) -> "_Slices":
    if not _is_picture(*_read_header(content, rules.limits)):
        raise CannotDecode(SkipCode.UNSUPPORTED, NO_PICTURE.reason)
    return _read_slices(content, rules)


def _is_picture(header: NiftiHeader, stack: Stack) -> bool:
    has_area = min(stack.rows, stack.columns) > 1
    return header.is_picture and header.values == 1 and has_area


def _read_header(content: bytes, limits: Limits) -> tuple[NiftiHeader, Stack]:
    header = read_nifti_header(_start(content))
    stack = lay_out(header.shape, header.to_patient)
    frames = stack.slices * header.volumes * header.values
    limits.check_samples(stack.rows, stack.columns, header.samples, frames)
    return header, stack


def _read_tags(header: NiftiHeader, stack: Stack, sha256: str) -> Tags:
    column, row, across = stack.spacing
    plain = plain_tags(sha256, stack.rows, stack.columns, stack.slices)
    return plain._replace(
        photometric="MONOCHROME2" if header.samples == 1 else "RGB",
        bits_stored=header.dtype.itemsize * 8 // header.samples,
        slice_thickness=across,
        row_spacing=row,
        column_spacing=column,
    )


@dataclass(frozen=True, slots=True)
class _Slices:
    """One volume and how it is shown."""

    header: NiftiHeader
    stack: Stack
    volume: Volume
    window: Window  # in rescaled values; of colours it says nothing
    profile: Profile

    def chosen(self, rules: Rules) -> tuple[int, ...]:
        """Pick slices that are evenly spread."""
        across = self.stack.spacing[2]
        return rules.frames.choose_slices([k * across for k in range(self.stack.slices)])

    def picture(self, number: int) -> Picture:
        """Make the picture of a slice."""
        place = self.stack.place(number) if self.header.is_placed else None
        return Picture(self.render(number), number, pixel_hash(self._stored(number)), place)

    def render(self, number: int, window: Window | None = None) -> Pixels:
        """Show a slice by a window, or by that of the volume."""
        column, row, _ = self.stack.spacing
        picture = self._shade(self._stored(number), window or self.window)
        if self.profile.squares_pixels:
            picture = square_pixels(picture, row / column)
        return as_rgb(picture) if picture.ndim == 2 else picture

    def unshaded(self, number: int) -> Unshaded:
        """Give a slice before its window."""
        column, row, _ = self.stack.spacing
        aspect = row / column if self.profile.squares_pixels else 1.0
        stored = self._stored(number)
        if stored.ndim == 3:
            return Unshaded(_on_black(stored), aspect=aspect)
        return unshaded_grey(_countable(stored), self._display(self.window), aspect)

    def _stored(self, number: int) -> Stored:
        """Take a slice: grey (H, W), or its samples (H, W, n)."""
        stored = np.ascontiguousarray(self.volume[:, :, number].T)
        samples = self.header.samples
        return stored.view(np.uint8).reshape(*stored.shape, samples) if samples > 1 else stored

    def _shade(self, stored: Stored, window: Window) -> Grey | Pixels:
        if stored.ndim == 3:
            return _on_black(stored)
        return render_grey(_countable(stored), self._display(window))

    def _display(self, window: Window) -> GreyDisplay:
        return GreyDisplay(self.header.rescale, window)


def _countable(stored: Stored) -> Stored:
    """As floats if they are integers that a table of levels cannot count."""
    return stored.astype(np.float64) if stored.dtype.itemsize == 8 else stored


def _on_black(stored: Stored) -> Pixels:
    """Show colours (H, W, 3), or with their opacity (H, W, 4) on black."""
    colours, opacity = stored[:, :, :3], stored[:, :, 3:].astype(np.uint16)
    return np.asarray((colours * opacity + 127) // 255, np.uint8) if opacity.size else colours


def _read_slices(content: bytes, rules: Rules) -> _Slices:
    header, stack = _read_header(content, rules.limits)
    volume = stack.turn(_read_volume(content, header, rules.limits))
    window = _window(header, volume, rules.profile)
    return _Slices(header, stack, volume, window, rules.profile)


def _window(header: NiftiHeader, volume: Volume, profile: Profile) -> Window:
    if header.samples > 1:
        return Window(0, 1, WindowFunction.LINEAR_EXACT)
    usual = percentile_window(_sample(volume, header.rescale))
    low, high = header.shown
    is_sane = low < high and high - low <= WIDEST * usual.width
    meets = abs((low + high) / 2 - usual.center) < (high - low + usual.width) / 2
    if profile.uses_voi and is_sane and meets:
        return Window((low + high) / 2, high - low, WindowFunction.LINEAR_EXACT)
    return usual


def _sample(volume: Volume, rescale: Rescale) -> Values:
    """Take finite values on an even grid, all of them where they are not too many."""
    step = int(np.ceil((volume.size / WINDOW_VOXELS) ** (1 / 3)))
    with np.errstate(over="ignore", invalid="ignore"):
        values = rescale.apply(volume[::step, ::step, ::step])
    return values[np.isfinite(values)]


def _start(content: bytes) -> bytes:
    """Give the first bytes, inflated as far as they can be."""
    if not content.startswith(GZIP):
        return content[:HEADER_BYTES]
    start, packed = b"", content[:GZIP_START]
    with suppress(zlib.error):
        while len(start) < HEADER_BYTES and packed.startswith(GZIP):  # bgzip packs in many parts
            inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
            start += inflater.decompress(packed, HEADER_BYTES - len(start))
            packed = inflater.unused_data
    return start


def _read_volume(content: bytes, header: NiftiHeader, limits: Limits) -> Volume:
    """See the middle volume as an array; what follows it is not looked at."""
    start = header.offset + header.volume_bytes * (header.volumes // 2)
    if content.startswith(GZIP):
        limits.check_bytes(start + header.volume_bytes, limits.file_bytes, "Its inflated volume")
        content, start = _inflate(content, start, header.volume_bytes), 0
    if len(content) < start + header.volume_bytes:
        raise corrupt("Its voxels are cut off")
    return np.ndarray(header.shape, header.dtype, content, start, order="F")


def _inflate(content: bytes, start: int, size: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=BytesIO(content)) as stream:
            stream.seek(start)
            inflated = stream.read(size)
            stream.read(1)  # at the end of the file, this compares its checksum
            return inflated
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise corrupt("Its packed voxels are damaged or cut off") from error
