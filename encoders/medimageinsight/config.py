"""The numbers that shape a MedImageInsight model, read from its published config.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from core.errors import WeightsMismatch

CLIP_VOCABULARY = 49408  # tokens of openai/clip-vit-base-patch32; the published file leaves it out
# Choices of the published model that the code takes for granted.
IMPLEMENTED = {
    ("LANG_ENCODER", "AUTOGRESSIVE"): False,
    ("AUG", "INTERPOLATION"): "bicubic",
    ("TEST", "CENTER_CROP"): False,
}
PER_STAGE = (
    "DIM_EMBED",
    "DEPTHS",
    "NUM_HEADS",
    "NUM_GROUPS",
    "PATCH_SIZE",
    "PATCH_STRIDE",
    "PATCH_PADDING",
    "PATCH_PRENORM",
)


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The image tower: one entry per stage in each tuple."""

    dims: tuple[int, ...]
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    groups: tuple[int, ...]
    window: int  # tokens per side, the same in every stage
    patch_size: tuple[int, ...]
    patch_stride: tuple[int, ...]
    patch_padding: tuple[int, ...]
    patch_prenorm: tuple[bool, ...]
    image_size: tuple[int, int]  # (H, W) in pixels
    mean: tuple[float, float, float]  # of pixels in 0..1
    std: tuple[float, float, float]
    drop_path: float  # rate of the last block, used in training only


@dataclass(frozen=True, slots=True)
class TextConfig:
    """The text tower."""

    width: int
    heads: int
    layers: int
    context_length: int
    vocab_size: int


@dataclass(frozen=True, slots=True)
class UniCLConfig:
    """Both towers and the width of the space they share."""

    image: ImageConfig
    text: TextConfig
    projection: int
    has_bias: bool = False  # added to logits, for the sigmoid loss


def read_config(path: Path) -> UniCLConfig:
    """Read the published YAML layout; our optional additions are LANG_ENCODER.VOCAB_SIZE
    and UNICL_MODEL.LOGIT_BIAS.

    Raises WeightsMismatch when the file is no such configuration.
    """
    try:
        return _unicl(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsMismatch(
            f"Cannot use {path} as a model configuration ({type(error).__name__}: {error}). "
            "Fetch config.yaml again from where the weights came from."
        ) from error


def _unicl(fields: Mapping[str, Any]) -> UniCLConfig:
    for (section, key), value in IMPLEMENTED.items():
        found = fields.get(section, {}).get(key, value)
        if found != value:
            raise ValueError(f"{section}.{key} is {found!r}, only {value!r} is implemented")
    return UniCLConfig(
        image=_image(fields["IMAGE_ENCODER"]),
        text=_text(fields["LANG_ENCODER"]),
        projection=int(fields["UNICL_MODEL"]["DIM_PROJECTION"]),
        has_bias=bool(fields["UNICL_MODEL"].get("LOGIT_BIAS", False)),
    )


def _image(fields: Mapping[str, Any]) -> ImageConfig:
    spec = fields["SPEC"]
    if len({len(spec[key]) for key in PER_STAGE}) != 1:
        raise ValueError("the lists in IMAGE_ENCODER.SPEC differ in length")
    height, width = fields["IMAGE_SIZE"]
    return ImageConfig(
        dims=tuple(spec["DIM_EMBED"]),
        depths=tuple(spec["DEPTHS"]),
        heads=tuple(spec["NUM_HEADS"]),
        groups=tuple(spec["NUM_GROUPS"]),
        window=int(spec["WINDOW_SIZE"]),
        patch_size=tuple(spec["PATCH_SIZE"]),
        patch_stride=tuple(spec["PATCH_STRIDE"]),
        patch_padding=tuple(spec["PATCH_PADDING"]),
        patch_prenorm=tuple(spec["PATCH_PRENORM"]),
        image_size=(int(height), int(width)),
        mean=_rgb(fields["IMAGE_MEAN"]),
        std=_rgb(fields["IMAGE_STD"]),
        drop_path=float(spec["DROP_PATH_RATE"]),
    )


def _rgb(values: Any) -> tuple[float, float, float]:
    red, green, blue = values
    return float(red), float(green), float(blue)


def _text(fields: Mapping[str, Any]) -> TextConfig:
    return TextConfig(
        width=int(fields["WIDTH"]),
        heads=int(fields["HEADS"]),
        layers=int(fields["LAYERS"]),
        context_length=int(fields["CONTEXT_LENGTH"]),
        vocab_size=int(fields.get("VOCAB_SIZE", CLIP_VOCABULARY)),
    )
