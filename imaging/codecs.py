"""Decodes one frame of DICOM pixel data: which decoders, and in which order."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import gdcm
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from core.errors import CannotDecode
from core.types import SkipCode
from imaging import dcmtk
from imaging.codestream import (
    declared_precision,
    declared_size,
    has_colour_transform,
    is_adobe_ycc,
)
from imaging.display import Stored, from_partial_range
from imaging.pixel_layout import PixelLayout
from imaging.uids import uid_name

log = logging.getLogger(__name__)

# Retired in 2001, and still in old archives.
JPEG_SPECTRAL_SELECTION: Final = "1.2.840.10008.1.2.4.53"
JPEG_FULL_PROGRESSION: Final = "1.2.840.10008.1.2.4.55"

ENCAPSULATED_NATIVE: Final = "1.2.840.10008.1.2.1.98"
# What pydicom has no name for.
UNNAMED: Final = {"1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression"}

NATIVE: Final = frozenset(
    {
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        ExplicitVRBigEndian,
    }
)
# Not plugins of pydicom's: see _by_gdcm and _by_dcmtk.
GDCM_CONVERSION: Final = "gdcm-conversion"
DCMTK: Final = "dcmtk"
# The fastest first, then the most forgiving. The other names are pydicom's decoding plugins.
DECODERS: Final[Mapping[str, tuple[str, ...]]] = {
    RLELossless: ("pylibjpeg", "pydicom"),
    JPEGLSLossless: ("pyjpegls", "gdcm"),
    JPEGLSNearLossless: ("pyjpegls", "gdcm"),
    JPEG2000Lossless: ("pylibjpeg", "gdcm", "pillow"),
    JPEG2000: ("pylibjpeg", "gdcm", "pillow"),
    HTJ2KLossless: ("pylibjpeg",),
    HTJ2KLosslessRPCL: ("pylibjpeg",),
    HTJ2K: ("pylibjpeg",),
    JPEGBaseline8Bit: ("pillow", "gdcm", DCMTK),
    JPEGExtended12Bit: ("pillow", "gdcm", GDCM_CONVERSION, DCMTK),
    JPEGLossless: ("gdcm", DCMTK),
    JPEGLosslessSV1: ("gdcm", DCMTK),
    JPEG_SPECTRAL_SELECTION: (GDCM_CONVERSION, DCMTK),
    JPEG_FULL_PROGRESSION: (GDCM_CONVERSION, DCMTK),
}


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One frame, still in the pixel data element that holds it."""

    pixel_data: bytes  # the value of the element
    vr: str  # and its value representation
    syntax: str  # transfer syntax UID
    layout: PixelLayout
    index: int  # from 0

    def codestream(self) -> bytes:
        """Take the frame out of its fragments."""
        return get_frame(self.pixel_data, self.index, number_of_frames=self.layout.frames)


def unsupported_syntax(syntax: str, layout: PixelLayout) -> str | None:
    """Say in a sentence why no decoder here reads pixels of this syntax; None if one does."""
    if syntax not in NATIVE and syntax not in DECODERS and syntax != ENCAPSULATED_NATIVE:
        name = UNNAMED.get(syntax) or uid_name(syntax)
        return f"Its transfer syntax, {name}, is not read. Convert it to a lossless one."
    if syntax in DECODERS and layout.allocated == 1:
        return "Compressed pixels of 1 bit are not read. Convert it to an uncompressed syntax."
    return None


def decode_frame(frame: EncodedFrame) -> Stored:
    """Decode one frame to stored values (H, W), or to RGB samples (H, W, 3).

    Bits that belong to no value are cleared. Raises CannotDecode (CORRUPT).
    """
    if frame.syntax == ENCAPSULATED_NATIVE:
        frame = _unwrapped(frame)
    if frame.syntax in NATIVE:
        return _decode_native(frame)
    if frame.syntax == RLELossless:  # it declares nothing, and its bytes may look like anything
        return _lowered(_decode_compressed(frame), frame.layout)
    codestream = frame.codestream()
    _check_size(codestream, frame.layout)
    photometric = "RGB" if _gives_rgb(codestream) else frame.layout.photometric
    layout = replace(frame.layout, photometric=photometric)
    stored = _decode_compressed(replace(frame, layout=layout))
    return _lowered(stored, layout) if _is_shifted(codestream, layout) else stored


def decode_words(frame: EncodedFrame) -> Stored | None:
    """Give the words (H, W) of a native frame with all their bits; None if it is another."""
    if frame.syntax not in NATIVE or frame.layout.samples != 1 or frame.layout.allocated < 8:
        return None
    _check_length(frame)
    return _decode(frame, pixel_vr=frame.vr, correct_unused_bits=False)


def _corrupt(what: str) -> CannotDecode:
    return CannotDecode(SkipCode.CORRUPT, f"It is damaged: {what}. Copy it again from its source.")


def _unwrapped(frame: EncodedFrame) -> EncodedFrame:
    """Take a native frame out of its fragment: PS3.5 section A.4.11."""
    layout = replace(frame.layout, frames=1)
    return EncodedFrame(frame.codestream(), frame.vr, ExplicitVRLittleEndian, layout, index=0)


def _decode_native(frame: EncodedFrame) -> Stored:
    frame = replace(frame, layout=_as_subsampled(frame))
    _check_length(frame)
    if frame.layout.photometric == "YBR_PARTIAL_422":
        named = replace(frame.layout, photometric="YBR_FULL_422")
        return from_partial_range(_decode(replace(frame, layout=named), raw=True))
    return _lowered(_decode(frame, pixel_vr=frame.vr), frame.layout)


def _as_subsampled(frame: EncodedFrame) -> PixelLayout:
    """Believe the length: some writers name subsampled colours and store all of them."""
    layout = frame.layout
    whole = replace(layout, photometric="YBR_FULL")
    is_named = layout.photometric == "YBR_FULL_422"
    is_whole = len(frame.pixel_data) >= whole.frame_bits * layout.frames // 8
    return whole if is_named and is_whole else layout


def _check_length(frame: EncodedFrame) -> None:
    needed = -(-frame.layout.frame_bits * (frame.index + 1) // 8)
    if len(frame.pixel_data) < needed:
        raise _corrupt(f"its pixel data end before frame {frame.index + 1} does")


def _check_size(codestream: bytes, layout: PixelLayout) -> None:
    size = declared_size(codestream)
    if size is not None and size != (layout.rows, layout.columns):
        raise _corrupt("its header and its pixel data differ in rows and columns")


def _gives_rgb(codestream: bytes) -> bool:
    """Say whether decoders give RGB whatever the header says: the codestream names a transform."""
    return is_adobe_ycc(codestream) or has_colour_transform(codestream)


def _is_shifted(codestream: bytes, layout: PixelLayout) -> bool:
    """Say whether a codestream holds values where the header says, above unused low bits."""
    return (declared_precision(codestream) or 0) > layout.high_bit


def _lowered(stored: Stored, layout: PixelLayout) -> Stored:
    """Move values down to the lowest bits, where their highest is not where it should be.

    Source: PS3.5 section 8.1.1; other high bits were allowed until 2014.
    """
    if layout.high_bit == layout.stored - 1 or stored.dtype.kind not in "iu":
        return stored
    above = stored.dtype.itemsize * 8 - 1 - layout.high_bit
    raised = stored << above
    return raised >> (stored.dtype.itemsize * 8 - layout.stored)


def _decode_compressed(frame: EncodedFrame) -> Stored:
    for decoder in DECODERS[frame.syntax]:
        try:
            return _decode_by(decoder, frame)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as error:  # a panic of the RLE decoder is no Exception
            log.debug("decoder=%s failed=%s", decoder, type(error).__name__)
    name = UID(frame.syntax).name
    raise _corrupt(f"frame {frame.index + 1} of its {name} pixel data cannot be decoded")


def _decode_by(decoder: str, frame: EncodedFrame) -> Stored:
    if decoder == GDCM_CONVERSION:
        return _by_gdcm(frame)
    if decoder == DCMTK:
        return _by_dcmtk(frame)
    return _decode(frame, decoding_plugin=decoder)


def _decode(frame: EncodedFrame, **options: Any) -> Stored:
    layout = frame.layout
    declared: dict[str, Any] = {
        "rows": layout.rows,
        "columns": layout.columns,
        "samples_per_pixel": layout.samples,
        "number_of_frames": layout.frames,
        "photometric_interpretation": layout.photometric,
        "bits_allocated": layout.allocated,
        "bits_stored": layout.stored,
        "pixel_representation": int(layout.signed),
        "planar_configuration": layout.planar,
        "pixel_keyword": layout.keyword,
        # pydicom takes the values for the lowest bits: see _lowered.
        "correct_unused_bits": layout.high_bit == layout.stored - 1,
    }
    decoder = get_decoder(UID(frame.syntax))
    pixels, _ = decoder.as_array(
        frame.pixel_data, index=frame.index, validate=False, **{**declared, **options}
    )
    return pixels


def _by_dcmtk(frame: EncodedFrame) -> Stored:
    codestream = frame.codestream()
    value, photometric, planar = dcmtk.decompress(codestream, frame.syntax, frame.layout)
    return _converted(frame, value, photometric, planar)


def _by_gdcm(frame: EncodedFrame) -> Stored:
    """Let GDCM rewrite the frame without compression: it does so for syntaxes it cannot show."""
    change = gdcm.ImageChangeTransferSyntax()
    change.SetInput(_gdcm_image(frame))
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian))
    if not change.Change():
        raise _corrupt("GDCM cannot convert its pixel data")
    converted = change.GetOutput()
    # The binding hands bytes out as text, and escapes those that are no UTF-8.
    text = converted.GetDataElement().GetByteValue().GetBuffer()
    value = text.encode("utf-8", "surrogateescape")
    photometric = converted.GetPhotometricInterpretation().GetString()
    return _converted(frame, value, photometric, converted.GetPlanarConfiguration())


def _converted(frame: EncodedFrame, value: bytes, photometric: str, planar: int) -> Stored:
    layout = replace(frame.layout, frames=1, photometric=photometric, planar=planar)
    native = EncodedFrame(value, frame.vr, ExplicitVRLittleEndian, layout, index=0)
    _check_length(native)
    return _decode(native)


def _gdcm_image(frame: EncodedFrame) -> Any:
    """Make a GDCM image of one compressed frame, to be owned by the filter that takes it."""
    layout = frame.layout
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame.codestream())
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    # The filter counts its own reference to the image: if Python freed it too, GDCM would abort.
    image.this.disown()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((layout.columns, layout.rows, 1))
    image.SetDataElement(element)
    bits = (layout.allocated, layout.stored, layout.stored - 1)
    image.SetPixelFormat(gdcm.PixelFormat(layout.samples, *bits, int(layout.signed)))
    kind = gdcm.PhotometricInterpretation.GetPIType(layout.photometric)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(frame.syntax)))
    return image
