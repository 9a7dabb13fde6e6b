"""Decodes one frame of DICOM pixel data: which decoders, and in which order."""

import logging
from collections.abc import Mapping
from dataclasses import replace
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
from imaging.codestream import declared_size
from imaging.display import Stored
from imaging.pixel_layout import PixelLayout

log = logging.getLogger(__name__)

# Retired in 2001, and still in old archives.
JPEG_SPECTRAL_SELECTION: Final = "1.2.840.10008.1.2.4.53"
JPEG_FULL_PROGRESSION: Final = "1.2.840.10008.1.2.4.55"

NATIVE: Final = frozenset(
    {
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        DeflatedExplicitVRLittleEndian,
        ExplicitVRBigEndian,
    }
)
GDCM_CONVERSION: Final = "gdcm-conversion"  # not a plugin of pydicom's: see _convert
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
    JPEGBaseline8Bit: ("pillow", "gdcm"),
    JPEGExtended12Bit: ("pillow", "gdcm", GDCM_CONVERSION),
    JPEGLossless: ("gdcm",),
    JPEGLosslessSV1: ("gdcm",),
    JPEG_SPECTRAL_SELECTION: (GDCM_CONVERSION,),
    JPEG_FULL_PROGRESSION: (GDCM_CONVERSION,),
}


def check_syntax(syntax: str, layout: PixelLayout) -> None:
    """Refuse what no decoder here reads. Raises CannotDecode (UNSUPPORTED)."""
    if syntax not in NATIVE and syntax not in DECODERS:
        raise CannotDecode(
            SkipCode.UNSUPPORTED,
            f"Its transfer syntax, {UID(syntax).name}, is not read. Convert it to a lossless one.",
        )
    if syntax in DECODERS and layout.allocated == 1:
        raise CannotDecode(SkipCode.UNSUPPORTED, "Compressed pixels of 1 bit are not read.")


def decode_frame(
    pixel_data: bytes, syntax: str, layout: PixelLayout, frame: int, vr: str = "OW"
) -> Stored:
    """Decode one frame to stored values (H, W), or to RGB samples (H, W, 3).

    `pixel_data` is the value of the pixel data element and `vr` its representation; `frame`
    counts from 0. Raises CannotDecode (CORRUPT).
    """
    if syntax in NATIVE:
        _check_length(pixel_data, layout, frame)
        return _decode(pixel_data, syntax, layout, frame, pixel_vr=vr)
    _check_size(get_frame(pixel_data, frame, number_of_frames=layout.frames), layout)
    for decoder in DECODERS[syntax]:
        try:
            return _decode_by(decoder, pixel_data, syntax, layout, frame)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of the RLE decoder is no Exception
            log.debug("decoder=%s failed=%s", decoder, type(error).__name__)
    raise _corrupt(f"frame {frame + 1} of its {UID(syntax).name} pixel data cannot be decoded")


def _corrupt(what: str) -> CannotDecode:
    return CannotDecode(SkipCode.CORRUPT, f"It is damaged: {what}. Copy it again from its source.")


def _check_length(pixel_data: bytes, layout: PixelLayout, frame: int) -> None:
    needed = layout.frame_bytes * (frame + 1)
    if layout.photometric == "YBR_FULL_422":  # two pixels share their colour, PS3.3 C.7.6.3.1.2
        needed = needed // 3 * 2
    if len(pixel_data) < needed:
        raise _corrupt(f"its pixel data end before frame {frame + 1} does")


def _check_size(encoded: bytes, layout: PixelLayout) -> None:
    size = declared_size(encoded)
    if size is not None and size != (layout.rows, layout.columns):
        raise _corrupt("its header and its pixel data differ in rows and columns")


def _decode_by(
    decoder: str, pixel_data: bytes, syntax: str, layout: PixelLayout, frame: int
) -> Stored:
    if decoder == GDCM_CONVERSION:
        return _convert(pixel_data, syntax, layout, frame)
    return _decode(pixel_data, syntax, layout, frame, decoding_plugin=decoder)


def _decode(
    pixel_data: bytes, syntax: str, layout: PixelLayout, frame: int, **options: Any
) -> Stored:
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
    }
    pixels, _ = get_decoder(UID(syntax)).as_array(
        pixel_data, index=frame, validate=False, **declared, **options
    )
    return pixels


def _convert(pixel_data: bytes, syntax: str, layout: PixelLayout, frame: int) -> Stored:
    """Let GDCM rewrite the frame without compression: it does so for syntaxes it cannot show."""
    change = gdcm.ImageChangeTransferSyntax()
    change.SetInput(_gdcm_image(pixel_data, syntax, layout, frame))
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian))
    if not change.Change():
        raise _corrupt("GDCM cannot convert its pixel data")
    converted = change.GetOutput()
    native = replace(
        layout,
        frames=1,
        photometric=converted.GetPhotometricInterpretation().GetString(),
        planar=converted.GetPlanarConfiguration(),
    )
    # The binding hands bytes out as text, and escapes those that are no UTF-8.
    text = converted.GetDataElement().GetByteValue().GetBuffer()
    return _decode(text.encode("utf-8", "surrogateescape"), ExplicitVRLittleEndian, native, 0)


def _gdcm_image(pixel_data: bytes, syntax: str, layout: PixelLayout, frame: int) -> Any:
    """Make a GDCM image of one compressed frame, to be owned by the filter that takes it."""
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(get_frame(pixel_data, frame, number_of_frames=layout.frames))
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    # A filter keeps its input by a counted reference of its own, which Python must not free too.
    image.this.disown()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((layout.columns, layout.rows, 1))
    image.SetDataElement(element)
    bits = (layout.allocated, layout.stored, layout.stored - 1)
    image.SetPixelFormat(gdcm.PixelFormat(layout.samples, *bits, int(layout.signed)))
    kind = gdcm.PhotometricInterpretation.GetPIType(layout.photometric)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    return image
