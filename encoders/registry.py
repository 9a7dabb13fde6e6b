"""The encoders by name. A row is "module:Class"; the module is imported when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from core.errors import UnknownName, WeightsMismatch
from encoders.base import Encoder


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """One encoder that radseek knows: where its code is and what to tell people of it."""

    loader: str  # "module:function", function(weights: Path | None, device: str) -> Encoder
    summary: str
    licence: str
    citation: str = ""  # of the work it comes from


ENCODERS = {
    "mini": EncoderRow(
        "encoders.mini.encoder:load",
        "radseek-mini: small, shipped inside, works offline; a demonstration",
        "CC BY-SA 4.0",
        "radseek-mini, shipped with radseek; see docs/encoders.md of that version",
    ),
    "medimageinsight": EncoderRow(
        "encoders.medimageinsight.encoder:load",
        "MedImageInsight: DaViT image tower and CLIP-style text tower (616 M parameters)",
        "MIT as re-published; Microsoft: research only",
        "Codella NCF et al. MedImageInsight: An Open-Source Embedding Model for General Domain "
        "Medical Imaging. arXiv:2410.06542, 2024",
    ),
}


def load_encoder(name: str, weights: Path | None = None, device: str = "auto") -> Encoder:
    """Load an encoder by its registered name; `weights` is a folder that replaces the default.

    Of several devices that `device` names, it takes the first. Raises UnknownName, WeightsMissing,
    WeightsMismatch, InvalidRequest for a device that is not there.
    """
    check_known(name)
    module, function = ENCODERS[name].loader.split(":")
    encoder: Encoder = getattr(import_module(module), function)(weights, device)
    return encoder


def check_known(name: str) -> None:
    """Raise UnknownName for an encoder that is not registered."""
    if name not in ENCODERS:
        raise UnknownName(f"No encoder is called {name!r}. Known: {', '.join(sorted(ENCODERS))}.")


def replicas_of(encoder: Encoder, weights: Path | None, device: str) -> list[Encoder]:
    """An encoder on every device that `device` names: itself on the first.

    Raises as above, and WeightsMismatch when `weights` are not those of the encoder.
    """
    choose_devices = import_module("encoders.devices").choose_devices  # loads torch: not before
    others = choose_devices(device)[1:]
    replicas = [load_encoder(encoder.card.name, weights, str(each)) for each in others]
    if any(replica.card != encoder.card for replica in replicas):
        raise WeightsMismatch(
            f"The weights of {encoder.card.name!r} have changed since it was loaded for the first "
            "device. Run the same command again."
        )
    return [encoder, *replicas]


def advice_on(device: str) -> str:
    """A sentence when a GPU is left unused, or none was found for "auto"; else empty."""
    return import_module("encoders.devices").advice(device) or ""  # loads torch: not before
