"""The numbers that shape a ResNet and BERT encoder, read from its config.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import BertConfig, ResNetConfig

from core.errors import WeightsMismatch

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class ResNetBertConfig:
    """Both towers, the space they share, and the fusion block."""

    image: ResNetConfig
    text: BertConfig
    image_size: tuple[int, int]  # (H, W) in pixels
    mean: tuple[float, float, float]  # of pixels in 0..1
    std: tuple[float, float, float]
    context_length: int  # tokens of a text
    projection: int  # width of the space, and of the fusion block
    heads: int  # of the fusion block
    layers: int
    has_bias: bool  # added to logits, for the sigmoid loss


def read_config(path: Path) -> ResNetBertConfig:
    """Read config.json; `image` and `text` hold the fields of transformers' own configurations.

    Raises WeightsMismatch when the file is no such configuration.
    """
    try:
        return parse_config(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsMismatch(
            f"Cannot use {path} as a configuration of resnet_bert ({type(error).__name__}: "
            f"{error}). docs/training.md shows one."
        ) from error


def parse_config(fields: Mapping[str, Any]) -> ResNetBertConfig:
    """The configuration that a table says. Raises KeyError, TypeError, ValueError."""
    height, width = fields["image_size"]
    fusion = fields.get("fusion", {})
    return ResNetBertConfig(
        image=ResNetConfig(**fields["image"]),
        text=BertConfig(**fields["text"]),
        image_size=(int(height), int(width)),
        mean=_rgb(fields.get("image_mean", IMAGENET_MEAN)),
        std=_rgb(fields.get("image_std", IMAGENET_STD)),
        context_length=int(fields["context_length"]),
        projection=int(fields.get("projection", 768)),
        heads=int(fusion.get("heads", 8)),
        layers=int(fusion.get("layers", 1)),
        has_bias=bool(fields.get("bias", False)),
    )


def _rgb(values: Any) -> tuple[float, float, float]:
    red, green, blue = values
    return float(red), float(green), float(blue)
