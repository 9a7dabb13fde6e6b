"""Reads DICOM files: what the header says, and the frames as a screen shows them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from core.errors import CannotDecode
from core.types import CatalogueCode, Decoded, Instance, Kept, Picture, Pixels, Place, SkipCode
from imaging import elements, identity, metadata, overlays, places, render, reports
from imaging.codecs import EncodedFrame, decode_frame, decode_words, unsupported_syntax
from imaging.dicom_unshaded import unshaded_frame
from imaging.display import Plane
from imaging.elements import RawDataset
from imaging.frames import FramePolicy
from imaging.functional_groups import PER_FRAME
from imaging.header import Header, open_header
from imaging.pixel_hash import pixel_hash
from imaging.pixel_layout import PIXEL_KEYWORDS, PixelLayout, read_layout
from imaging.rules import Rules, View
from imaging.sop_classes import DIRECTORY, kept_as
from imaging.unshaded import Unshaded

ACR_NEMA: Final = "ACR-NEMA"  # what DICOM was before 1993, without SOP classes and preamble

# Only these are kept: a file may hold thousands of others, nested without end.
WANTED: Final = (
    overlays.TAGS
    | {elements.tag_of("RecognitionCode")}
    | frozenset(
        elements.tag_of(keyword)
        for room in (metadata, identity, places, render, reports)
        for keyword in room.KEYWORDS
    )
)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file whose header was read; its pixels are still as they lie in it."""

    header: Header
    instance: Instance
    shown: PixelLayout | Kept  # how its pixels lie, or why it has no picture


def read_dicom(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read the tags of a file, and the frames that the rules pick.

    `sha256` is that of the file. Raises CannotDecode (NOT_AN_IMAGE, CORRUPT, UNSUPPORTED,
    TOO_LARGE); errors of pydicom pass through.
    """
    file = open_dicom(content, sha256, rules)
    if isinstance(file.shown, Kept):
        return Decoded(file.instance, kept=file.shown)
    return Decoded(file.instance, _pictures(file.header, file.shown, rules))


def dicom_header(content: bytes, sha256: str, rules: Rules) -> Decoded:
    """Read the tags of a file, and why it has no picture if so. Raises as `read_dicom`."""
    file = open_dicom(content, sha256, rules)
    return Decoded(file.instance, kept=file.shown if isinstance(file.shown, Kept) else None)


def view_dicom(content: bytes, view: View, rules: Rules) -> Pixels:
    """Render one frame as asked. Raises as `read_dicom`, and UNSUPPORTED without a picture."""
    header, layout = _with_picture(content, rules)
    encoded = encoded_frame(header, layout, view.frame_of(layout.frames))
    drawn = _overlays(header.dataset, encoded) if view.overlays else None
    stored, frame = decode_frame(encoded), encoded.index
    return render.render(header.dataset, layout, stored, frame, rules.profile, view, drawn)


def unshaded_dicom(content: bytes, frame: int, rules: Rules) -> Unshaded:
    """One frame before its window, with its graphics. Raises as `view_dicom` does."""
    header, layout = _with_picture(content, rules)
    encoded = encoded_frame(header, layout, View(frame).frame_of(layout.frames))
    drawn, stored = _overlays(header.dataset, encoded), decode_frame(encoded)
    return unshaded_frame(header.dataset, layout, stored, encoded.index, rules.profile, drawn)


def _with_picture(content: bytes, rules: Rules) -> tuple[Header, PixelLayout]:
    file = open_dicom(content, "", rules)
    if isinstance(file.shown, Kept):
        raise CannotDecode(SkipCode.UNSUPPORTED, f"It has no picture to show. {file.shown.reason}")
    return file.header, file.shown


def _overlays(dataset: RawDataset, encoded: EncodedFrame) -> Plane:
    words = decode_words(encoded)
    return overlays.read_overlays(dataset, encoded.layout, encoded.index, words)


def open_dicom(
    content: bytes, sha256: str, rules: Rules, also: frozenset[int] = frozenset()
) -> OpenFile:
    """Read the header of a file, with the tags that are wanted beside the usual ones."""
    header = open_header(content, WANTED | also, rules)
    shown = _shown(header, rules)
    tags = metadata.read_tags(header.dataset, header.syntax, sha256)
    place = places.read_place(header.dataset, 0) if tags.frames == 1 else None
    names = identity.read_identity(header.dataset)
    report = reports.read_report(header.dataset, tags.sop_class_uid)
    return OpenFile(header, Instance(tags, names, place, report), shown)


def _shown(header: Header, rules: Rules) -> PixelLayout | Kept:
    """Find how the pixels lie, or why there is no picture."""
    sop_class = metadata.read_sop_class(header.dataset)
    keyword = next((name for name in PIXEL_KEYWORDS if name in header.dataset), "")
    _check_header(header, sop_class, has_pixels=bool(keyword))
    kept = kept_as(sop_class, has_pixels=bool(keyword))
    if kept is not None:
        return kept
    layout = read_layout(header.dataset, keyword, rules.limits)
    reason = unsupported_syntax(header.syntax, layout)
    return Kept(CatalogueCode.UNSUPPORTED_SYNTAX, reason) if reason else layout


def _check_header(header: Header, sop_class: str, has_pixels: bool) -> None:
    """Refuse what only looks like DICOM, and what was cut off: its pixels are not all there."""
    is_old = elements.text(header.dataset, "RecognitionCode").startswith(ACR_NEMA)
    if not (sop_class or header.has_preamble or is_old):
        raise CannotDecode(
            SkipCode.NOT_AN_IMAGE, "It is not DICOM: it has no preamble and names no SOP class."
        )
    is_named = "SOPClassUID" in header.dataset or sop_class == DIRECTORY
    if not header.is_whole or not (has_pixels or is_named):
        raise CannotDecode(
            SkipCode.CORRUPT, "It is cut off before its end. Copy it again from its source."
        )


def _pictures(header: Header, layout: PixelLayout, rules: Rules) -> tuple[Picture, ...]:
    encoded = encoded_frame(header, layout, frame=0)
    return tuple(
        _picture(header.dataset, replace(encoded, index=frame), place, rules)
        for frame, place in _chosen(header.dataset, layout.frames, rules.frames)
    )


def _chosen(
    dataset: RawDataset, frames: int, policy: FramePolicy
) -> Iterator[tuple[int, Place | None]]:
    """Yield the frames to show, with their places."""
    where = _places(dataset, frames)
    if not where:
        yield from ((frame, None) for frame in policy.choose(frames))
    else:
        yield from ((frame, where[frame]) for frame in policy.choose_frames(where))


def _places(dataset: RawDataset, frames: int) -> list[Place | None]:
    """Read where the frames lie; empty for a file that does not say it of each."""
    if frames > 1 and elements.count(dataset, PER_FRAME) < frames:
        return []
    return [places.read_place(dataset, frame) for frame in range(frames)]


def encoded_frame(header: Header, layout: PixelLayout, frame: int) -> EncodedFrame:
    """Give one frame of a file, still encoded."""
    value, vr = header.pixels(layout.keyword)
    return EncodedFrame(value, vr, header.syntax, layout, frame)


def _picture(
    dataset: RawDataset, encoded: EncodedFrame, place: Place | None, rules: Rules
) -> Picture:
    stored, frame = decode_frame(encoded), encoded.index
    pixels = render.render(dataset, encoded.layout, stored, frame, rules.profile, None)
    return Picture(pixels, frame, pixel_hash(stored), place)
