"""Turns stored values into what a screen shows: pure NumPy, after DICOM PS3.3 C.11 and PS3.14."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.pixels import Grey
from core.types import Pixels

Stored = NDArray[Any]  # integers or floats as the file holds them
Values = NDArray[np.float64]  # after the modality stage, such as Hounsfield units
Levels = NDArray[np.int64]  # (n,), integers in ascending order without a gap
Plane = NDArray[np.bool_]  # (H, W) of graphics over a picture, True where it is drawn
Counts = NDArray[np.int64]  # (n,), how often each of n values occurs

WHITE: Final = 255

# A table of levels pays while it is smaller than the picture; beyond this it costs memory too.
MAX_LEVELS: Final = 1 << 16


class WindowFunction(StrEnum):
    """The values of VOI LUT Function (0028,1056)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True)
class Window:
    """A range of values to show, in the units of the values. Source: PS3.3 C.11.2.1.2, C.11.2.1.3.

    The width of LINEAR is at least 1, the others' is above 0.
    """

    center: float
    width: float
    function: WindowFunction = WindowFunction.LINEAR

    def apply(self, values: Values) -> Values:
        """Map values to 0 .. 1, never falling."""
        if self.function is WindowFunction.SIGMOID:
            return _sigmoid(4 * (values - self.center) / self.width)
        if self.function is WindowFunction.LINEAR_EXACT:
            return _ramp(values, self.center, self.width)
        return _ramp(values, self.center - 0.5, self.width - 1)


def _ramp(values: Values, center: float, width: float) -> Values:
    if width == 0:
        return np.where(values > center, 1.0, 0.0)
    shown: Values = np.clip((values - center) / width + 0.5, 0, 1)
    return shown


def _sigmoid(exponent: Values) -> Values:
    # exp overflows beyond 709; at 60 the curve is within 1e-26 of its end.
    shown: Values = 1 / (1 + np.exp(-np.clip(exponent, -60, 60)))
    return shown


@dataclass(frozen=True, slots=True)
class Rescale:
    """Stored value * slope + intercept. Source: PS3.3 C.11.1.1.2."""

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, stored: Stored) -> Values:
        """Map stored values to modality values."""
        return stored.astype(np.float64) * self.slope + self.intercept


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A Modality or VOI LUT. Source: PS3.3 C.11.1.1.1 and C.11.2.1.1."""

    first: int  # the value that maps to entries[0]; lower values do too
    entries: NDArray[np.uint16]  # (n,), n >= 1; values past the end map to the last
    bits: int  # of an entry

    def look_up(self, values: Stored) -> Values:
        """Map values to table entries."""
        places = np.rint(np.nan_to_num(values.astype(np.float64))) - self.first
        inside = np.clip(places, 0, len(self.entries) - 1).astype(np.int64)
        found: Values = self.entries[inside].astype(np.float64)
        return found

    def apply(self, values: Values) -> Values:
        """Map values to 0 .. 1, the whole range of an entry."""
        shown: Values = np.minimum(self.look_up(values) / (2**self.bits - 1), 1)
        return shown


@dataclass(frozen=True, slots=True)
class GreyDisplay:
    """How a greyscale frame is meant to be shown."""

    modality: Rescale | LookupTable = field(default_factory=Rescale)
    voi: Window | LookupTable | None = None  # None: a window is taken from the values
    padding: tuple[float, float] | None = None  # stored values that are none, both ends included
    inverted: bool = False


def render_grey(stored: Stored, display: GreyDisplay) -> Grey:
    """Render stored values (H, W) to 8 bit (H, W); padding and what is not finite is black."""
    hidden = _hidden(stored, display.padding)
    grey = _by_level(stored, partial(_shade, display, _voi_of(stored, hidden, display)))
    grey[hidden] = 0
    return grey


def resolved(stored: Stored, display: GreyDisplay) -> GreyDisplay:
    """Give the display with the window that a frame (H, W) is shown by, also if from its values."""
    hidden = _hidden(stored, display.padding)
    return replace(display, voi=_voi_of(stored, hidden, display))


def _voi_of(
    stored: Stored, hidden: NDArray[np.bool_], display: GreyDisplay
) -> Window | LookupTable:
    return display.voi or _usual_window(stored[~hidden] if hidden.any() else stored, display)


def _hidden(stored: Stored, padding: tuple[float, float] | None) -> NDArray[np.bool_]:
    hidden = ~np.isfinite(stored)
    if padding is not None:
        low, high = padding
        hidden |= (stored >= low) & (stored <= high)
    return hidden


def _modality(stored: Stored, display: GreyDisplay) -> Values:
    if isinstance(display.modality, LookupTable):
        return display.modality.look_up(stored)
    return display.modality.apply(stored)


def _shade(display: GreyDisplay, voi: Window | LookupTable, stored: Stored) -> Grey:
    with np.errstate(invalid="ignore", over="ignore"):
        grey = _to_8_bit(voi.apply(_modality(stored, display)))
    return np.invert(grey) if display.inverted else grey


def _by_level(stored: Stored, shade: Callable[[Stored], Grey]) -> Grey:
    """Shade each level once and look pixels up, where there are fewer levels than pixels."""
    levels = _levels(stored)
    if levels is None:
        return shade(stored)
    shaded: Grey = shade(levels).take(_places(stored, levels))
    return shaded


def _levels(stored: Stored) -> Levels | None:
    """Give all integers from the least stored value to the greatest; None if these are too many."""
    if stored.dtype.kind not in "iu" or stored.size == 0:
        return None
    low, high = int(stored.min()), int(stored.max())
    return np.arange(low, high + 1) if high - low < min(stored.size, MAX_LEVELS) else None


def _places(stored: Stored, levels: Levels) -> NDArray[np.intp]:
    """Give the index of each stored value in the levels."""
    places = stored.astype(np.intp)
    places -= levels[0]
    return places


def _usual_window(stored: Stored, display: GreyDisplay) -> Window:
    """Make a window from percentiles; to count levels is much faster than to sort values."""
    levels = _levels(stored)
    if levels is None:
        return percentile_window(_modality(stored, display))
    counts = np.bincount(_places(stored, levels).ravel())
    there = np.flatnonzero(counts)
    return percentile_window(_modality(levels[there], display), counts[there])


def percentile_window(values: Values, counts: Counts | None = None) -> Window:
    """Make a window from percentiles 1 to 99, for values that come without one.

    `counts` says how often each value occurs; None: once. Where the percentiles coincide the window
    goes from the least value to the greatest; a constant picture is mid-grey.
    """
    if values.size == 0:
        return Window(0, 1, WindowFunction.LINEAR_EXACT)
    low, high = _percentiles(values, counts)
    if low == high:
        low, high = float(values.min()), float(values.max())
    return Window((low + high) / 2, (high - low) or 1.0, WindowFunction.LINEAR_EXACT)


def _percentiles(values: Values, counts: Counts | None) -> tuple[float, float]:
    """Give percentiles 1 and 99; between two values the line from one to the other."""
    if counts is None:
        low, high = np.percentile(values, (1, 99))
        return float(low), float(high)
    order = np.argsort(values)
    up_to = np.cumsum(counts[order])
    ranks = np.array((0.01, 0.99)) * (up_to[-1] - 1)
    below, above = (
        values[order][np.searchsorted(up_to, end, "right")]
        for end in (np.floor(ranks), np.ceil(ranks))
    )
    low, high = below + (above - below) * (ranks % 1)
    return float(low), float(high)


def whole_range(bits: int) -> Window:
    """Make the window that shows all unsigned values of `bits` bits; for 8 it changes nothing."""
    return Window(2 ** (bits - 1), 2**bits)


def render_colour(stored: Stored, bits: int) -> Pixels:
    """Render RGB samples (H, W, 3) of `bits` stored bits to 8 bit (H, W, 3)."""
    top = 2**bits - 1
    kept: Stored = np.clip(np.ascontiguousarray(stored), 0, top)
    return _to_8_bit(kept / top) if bits < 8 else np.asarray(kept >> (bits - 8), np.uint8)


def from_partial_range(stored: Stored) -> Pixels:
    """Convert YCbCr samples (H, W, 3) that leave room at both ends of 8 bit to RGB.

    Source: PS3.3 C.7.6.3.1.2 of 2017, YBR_PARTIAL_422 (ITU-R BT.601).
    """
    luma, blue, red = np.moveaxis(stored.astype(np.float64), 2, 0)
    luma, blue, red = (luma - 16) / 219, (blue - 128) / 224, (red - 128) / 224
    green = luma - 0.344136 * blue - 0.714136 * red
    rgb = np.stack([luma + 1.402 * red, green, luma + 1.772 * blue], axis=2)
    return _to_8_bit(np.clip(rgb, 0, 1))


def render_palette(stored: Stored, palette: Sequence[LookupTable]) -> Pixels:
    """Render palette indices (H, W) by a red, a green and a blue table to 8 bit (H, W, 3).

    Source: PS3.3 C.7.6.3.1.5 and C.7.6.3.1.6.
    """
    return np.stack([_by_level(stored, partial(_tint, table)) for table in palette], axis=2)


def _tint(table: LookupTable, stored: Stored) -> Grey:
    return _to_8_bit(table.apply(stored))


def _to_8_bit(shown: Values) -> Grey:
    return np.rint(np.nan_to_num(shown) * 255).astype(np.uint8)
