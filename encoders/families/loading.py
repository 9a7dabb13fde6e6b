"""A folder of a published model to towers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import transformers
from safetensors import SafetensorError
from torch import float32
from transformers.utils import logging as transformers_logging

from core.errors import InvalidRequest, WeightsMismatch
from encoders.families.folder import FamilyFolder
from encoders.families.processor import read_processor, resized_to
from encoders.families.table import TextRules
from encoders.families.texts import read_tokens
from encoders.families.towers import FamilyImageTower, FamilyTowers, see_at
from encoders.families.vit_bert import read_vit_bert
from encoders.families.writing import write_folder
from encoders.tensors import require_safetensors
from encoders.texts import TextTokenizer
from encoders.towers import DualModel, ImageModel

IGNORED: Final = ("position_ids",)  # counted up, and kept in old checkpoints
NAMED_AT_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class FamilyModel:
    """A model, and what a card says of how pictures come to it and are summed up."""

    model: ImageModel | DualModel
    preprocessing: str


def read_family(files: FamilyFolder, resolution: int | None) -> FamilyModel:
    """The model of a folder in evaluation mode, for pictures of `resolution` if that is named.

    Raises WeightsMismatch, and InvalidRequest for a resolution that it cannot take.
    """
    fit, statistics = read_processor(files.folder, files.family.processor)
    fit = fit if resolution is None else resized_to(fit, resolution)
    model = _read_model(files)
    vision = getattr(model.config, "vision_config", model.config)
    side = fit.size[0]
    _require_whole_patches(side, vision.patch_size)
    if hasattr(model, "vision_model"):
        see_at(model.vision_model.embeddings, vision, side)
    widest = (side // vision.patch_size) ** 2 * _mlp_width(vision) * 4
    rules = files.family.text
    told = f"{fit.profile}-{statistics.profile}-{files.family.pooling}"
    if rules is None:
        tower = FamilyImageTower(model, model.config.hidden_size)
        return FamilyModel(ImageModel(tower, fit, statistics, widest), told)
    tokens = _tokens(files, rules, model.config.text_config)
    dual = FamilyTowers(model, _dim(model.config))
    write = partial(write_folder, files, model.config, fit, statistics)
    return FamilyModel(DualModel(dual, fit, statistics, widest, tokens, write), told)


def _read_model(files: FamilyFolder) -> Any:
    model = read_vit_bert(files) if files.family.model == "VitBert" else _read_published(files)
    return model.eval().requires_grad_(requires_grad=False)


def _read_published(files: FamilyFolder) -> Any:
    for path in files.weights:
        require_safetensors(path)
    kind = getattr(transformers, files.family.model)
    try:
        with _quietly():
            model, told = kind.from_pretrained(
                files.folder,
                local_files_only=True,
                use_safetensors=True,
                dtype=float32,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are refused below, by name
            )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        raise WeightsMismatch(
            f"Cannot load {files.folder} as {files.family.title}: {error}. Fetch its files again."
        ) from error
    _require_all(files, told)
    return model


def _require_all(files: FamilyFolder, told: Mapping[str, Any]) -> None:
    """Refuse what transformers would fill with random numbers or leave aside."""
    unknown = [name for name in told["unexpected_keys"] if not name.endswith(IGNORED)]
    wrong = {
        "lacks": sorted(told["missing_keys"]),
        "has unknown": sorted(unknown),
        "has wrongly shaped": sorted(str(each[0]) for each in told["mismatched_keys"]),
    }
    for verb, names in wrong.items():
        if names:
            shown = ", ".join(names[:NAMED_AT_MOST])
            raise WeightsMismatch(
                f"Cannot load {files.folder}: it {verb} tensors of {files.family.title} "
                f"({len(names)}: {shown}). Fetch its files again."
            )


def _require_whole_patches(side: int, patch: int) -> None:
    if side % patch:
        low = side // patch * patch
        raise InvalidRequest(
            f"{side} pixels are no multiple of the model's patches of {patch}. "
            f"Take {low} or {low + patch}."
        )


def _tokens(files: FamilyFolder, rules: TextRules, text: Any) -> TextTokenizer:
    positions = min(files.config.get("context_length", rules.context), text.max_position_embeddings)
    return read_tokens(files.folder, rules, positions, text.vocab_size)


def _dim(config: Any) -> int:
    """Of the common space: SigLIP has no projection of pictures."""
    projection = getattr(config, "projection_dim", None)
    return int(projection or config.vision_config.hidden_size)


def _mlp_width(vision: Any) -> int:
    """Channels inside the MLP of a layer."""
    width = getattr(vision, "intermediate_size", None)
    return int(width or vision.hidden_size * vision.mlp_ratio)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the progress bars and tables of transformers."""
    verbosity = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        transformers_logging.enable_progress_bar()
