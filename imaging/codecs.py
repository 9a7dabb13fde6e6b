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
from imaging.codestream import declared_size, is_adobe_ycc
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


def check_syntax(syntax: str, layout: PixelLayout) -> None:
    """Refuse what no decoder here reads. Raises CannotDecode (UNSUPPORTED)."""
    if syntax not in NATIVE and syntax not in DECODERS:
        raise CannotDecode(
            SkipCode.UNSUPPORTED,
            f"Its transfer syntax, {UID(syntax).name}, is not read. Convert it to a lossless one.",
        )
    if syntax in DECODERS and layout.allocated == 1:
        raise CannotDecode(SkipCode.UNSUPPORTED, "Compressed pixels of 1 bit are not read.")


def decode_frame(frame: EncodedFrame) -> Stored:
    """Decode one frame to stored values (H, W), or to RGB samples (H, W, 3).

    Raises CannotDecode (CORRUPT).
    """
    if frame.syntax in NATIVE:
        _check_length(frame)
        return _decode(frame, pixel_vr=frame.vr)
    codestream = frame.codestream()
    _check_size(codestream, frame.layout)
    if is_adobe_ycc(codestream):  # Pillow obeys it and gives RGB, whatever the header says
        frame = replace(frame, layout=replace(frame.layout, photometric="RGB"))
    return _decode_compressed(frame)


def _corrupt(what: str) -> CannotDecode:
    return CannotDecode(SkipCode.CORRUPT, f"It is damaged: {what}. Copy it again from its source.")


def _check_length(frame: EncodedFrame) -> None:
    needed = frame.layout.frame_bytes * (frame.index + 1)
    if frame.layout.photometric == "YBR_FULL_422":  # two pixels share a colour, C.7.6.3.1.2
        needed = needed // 3 * 2
    if len(frame.pixel_data) < needed:
        raise _corrupt(f"its pixel data end before frame {frame.index + 1} does")


def _check_size(codestream: bytes, layout: PixelLayout) -> None:
    size = declared_size(codestream)
    if size is not None and size != (layout.rows, layout.columns):
        raise _corrupt("its header and its pixel data differ in rows and columns")


def _decode_compressed(frame: EncodedFrame) -> Stored:
    for decoder in DECODERS[frame.syntax]:
        try:
            if decoder == GDCM_CONVERSION:
                return _convert(frame)
            return _decode(frame, decoding_plugin=decoder)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException as error:  # a panic of the RLE decoder is no Exception
            log.debug("decoder=%s failed=%s", decoder, type(error).__name__)
    name = UID(frame.syntax).name
    raise _corrupt(f"frame {frame.index + 1} of its {name} pixel data cannot be decoded")


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
    }
    decoder = get_decoder(UID(frame.syntax))
    pixels, _ = decoder.as_array(
        frame.pixel_data, index=frame.index, validate=False, **declared, **options
    )
    return pixels


def _convert(frame: EncodedFrame) -> Stored:
    """Let GDCM rewrite the frame without compression: it does so for syntaxes it cannot show."""
    change = gdcm.ImageChangeTransferSyntax()
    change.SetInput(_gdcm_image(frame))
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ExplicitVRLittleEndian))
    if not change.Change():
        raise _corrupt("GDCM cannot convert its pixel data")
    converted = change.GetOutput()
    layout = replace(
        frame.layout,
        frames=1,
        photometric=converted.GetPhotometricInterpretation().GetString(),
        planar=converted.GetPlanarConfiguration(),
    )
    # The binding hands bytes out as text, and escapes those that are no UTF-8.
    text = converted.GetDataElement().GetByteValue().GetBuffer()
    value = text.encode("utf-8", "surrogateescape")
    return _decode(EncodedFrame(value, frame.vr, ExplicitVRLittleEndian, layout, index=0))


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
