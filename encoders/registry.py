"""The encoders by name. A row is "module:Class"; the module is imported when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InvalidRequest, RadseekError, WeightsMismatch
from encoders.base import Encoder

FAMILIES = "encoders.families.encoder"  # where published models are loaded

if TYPE_CHECKING:
    from encoders.towers import DualModel


@dataclass(frozen=True, slots=True)
class EncoderRow:
    """One encoder that radseek knows: where its code is and what to tell people of it."""

    loader: str  # "module:function", function(weights: Path | None, device: str) -> Encoder
    summary: str
    licence: str
    citation: str = ""  # of the work it comes from
    towers: str = ""  # "module:function", function(weights: Path | None) -> DualModel; of trainable


ENCODERS = {
    "mini": EncoderRow(
        "encoders.mini.encoder:load",
        "radseek-mini: small, shipped inside, works offline; a demonstration",
        "CC BY-SA 4.0",
        "radseek-mini, shipped with radseek; see docs/encoders.md of that version",
        "encoders.mini.encoder:load_towers",
    ),
    "medimageinsight": EncoderRow(
        "encoders.medimageinsight.encoder:load",
        "MedImageInsight: DaViT image tower and CLIP-style text tower (616 M parameters)",
        "MIT as re-published; Microsoft: research only",
        "Codella NCF et al. MedImageInsight: An Open-Source Embedding Model for General Domain "
        "Medical Imaging. arXiv:2410.06542, 2024",
        "encoders.medimageinsight.encoder:load_towers",
    ),
    "resnet_bert": EncoderRow(
        "encoders.resnet_bert.encoder:load",
        "ResNet-50 and BERT with a fusion block that re-ranks; weights of your own training",
        "of the weights you train and start from",
        "He K et al. Deep Residual Learning for Image Recognition. CVPR 2016; Devlin J et al. "
        "BERT. NAACL 2019; Li J et al. Align before Fuse. NeurIPS 2021",
        "encoders.resnet_bert.encoder:load_towers",
    ),
}


def load_encoder(name: str, weights: Path | None = None, device: str = "auto") -> Encoder:
    """Load an encoder by its registered name, or a published model as `encoders.names` reads it.

    `weights` is a folder that replaces the default. Of several devices that `device` names, it
    takes the first. Raises UnknownName, WeightsMissing, WeightsMismatch, InvalidRequest for a
    device that is not there.
    """
    called(name, weights)
    row = ENCODERS.get(name)
    load = _named(row.loader) if row else partial(_named(f"{FAMILIES}:load"), name)
    encoder: Encoder = load(weights, device)
    return encoder


def load_towers(name: str, weights: Path | None = None) -> "DualModel":
    """The towers of an encoder in evaluation mode, with what belongs to them, to train.

    Raises as `load_encoder`, and InvalidRequest of one that cannot be trained.
    """
    row = ENCODERS.get(name)
    if row is None:
        model: DualModel = _named(f"{FAMILIES}:load_towers")(name, weights)
        return model
    if not row.towers:
        raise InvalidRequest(f"{name} cannot be trained. Take one that can: see docs/encoders.md.")
    towers: DualModel = _named(row.towers)(weights)
    return towers


def called(name: str, weights: Path | None = None) -> str:
    """The name that the card of an encoder has which is asked for so. Raises UnknownName."""
    if name in ENCODERS:
        return name
    card_name: str = _named("encoders.names:named")(name, weights).name
    return card_name


def folder_of(name: str | None, weights: Path | None) -> Path | None:
    """The folder that a person named, by itself or as the encoder; None for the usual one."""
    if weights is not None or name is None or name in ENCODERS:
        return weights
    folder: Path | None = _named("encoders.names:named_folder")(name)
    return folder


def reads_texts(name: str, weights: Path | None = None) -> bool:
    """Whether an encoder embeds texts, told without loading it.

    True, too, of one whose folder is not there: a search tells then what is missing.
    """
    if name in ENCODERS:
        return True
    try:
        folder = _named("encoders.names:named")(name, weights).folder
        return _named("encoders.families.folder:open_family")(folder, "").family.text is not None
    except RadseekError:
        return True


def convert_folder(folder: Path, out: Path) -> Path:
    """Write a folder that is read from one of open_clip. Raises EncoderError, InvalidRequest."""
    written: Path = _named("encoders.families.open_clip:convert")(folder, out)
    return written


def _named(part: str) -> Callable[..., Any]:
    """The function that "module:function" names."""
    module, function = part.split(":")
    named: Callable[..., Any] = getattr(import_module(module), function)
    return named


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
