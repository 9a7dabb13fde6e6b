"""The encoders by name. A row is "module:Class"; the module is imported when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from core.errors import UnknownName
from encoders.base import Encoder


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """One encoder that radseek knows: where its code is and what to tell people of it."""

    loader: str  # "module:function", function(weights: Path | None, device: str) -> Encoder
    summary: str
    licence: str


ENCODERS = {
    "mini": EncoderRow(
        "encoders.mini.encoder:load",
        "radseek-mini: small, shipped inside, works offline; a demonstration",
        "CC BY-SA 4.0",
    ),
    "medimageinsight": EncoderRow(
        "encoders.medimageinsight.encoder:load",
        "MedImageInsight: DaViT image tower and CLIP-style text tower (616 M parameters)",
        "MIT as re-published; Microsoft: research only",
    ),
}


def load_encoder(name: str, weights: Path | None = None, device: str = "auto") -> Encoder:
    """Load an encoder by its registered name; `weights` is a folder that replaces the default.

    Of several devices that `device` names, it takes the first. Raises UnknownName, WeightsMissing,
    WeightsMismatch, InvalidRequest for a device that is not there.
    """
    if name not in ENCODERS:
        raise UnknownName(f"No encoder is called {name!r}. Known: {', '.join(sorted(ENCODERS))}.")
    module, function = ENCODERS[name].loader.split(":")
    encoder: Encoder = getattr(import_module(module), function)(weights, device)
    return encoder


def load_replicas(name: str, weights: Path | None = None, device: str = "auto") -> list[Encoder]:
    """The same encoder on every device that `device` names, at least one; raises as above."""
    choose_devices = import_module("encoders.devices").choose_devices  # loads torch: not before
    return [load_encoder(name, weights, str(chosen)) for chosen in choose_devices(device)]
