"""The files of a small captioner: config.json, tokenizer.json, weights.safetensors (float16)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from core.errors import WeightsMismatch, WeightsMissing
from encoders.captioner.small_model import SmallModel, SmallShape

CONFIG, TOKENIZER, WEIGHTS = "config.json", "tokenizer.json", "weights.safetensors"
TIED = "decoder.lm_head.weight"  # the same as the table of words; written once


@dataclass(frozen=True, slots=True)
class SmallConfig:
    """Shape, and the encoder whose regions the model was trained on."""

    encoder: str
    encoder_sha256: str  # of its weights: the regions of others mean something else
    shape: SmallShape


def read_small(folder: Path) -> tuple[SmallConfig, SmallModel, Tokenizer]:
    """Read a folder, the model in evaluation mode and float32.

    Raises WeightsMissing for a file that is not there, WeightsMismatch for one that cannot be used.
    """
    missing = [name for name in (CONFIG, TOKENIZER, WEIGHTS) if not (folder / name).is_file()]
    if missing:
        raise WeightsMissing(
            f"{folder} has no {' and no '.join(missing)}, so there is no captioner in it. "
            "`radseek train captioner` makes such a folder."
        )
    try:
        config = _config(json.loads((folder / CONFIG).read_text(encoding="utf-8")))
        tokenizer = _tokenizer(folder / TOKENIZER)
        return config, _model(config.shape, folder / WEIGHTS), tokenizer
    except (ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise WeightsMismatch(
            f"Cannot use {folder} as a captioner ({type(error).__name__}: {error}). Its three "
            "files must be of one training."
        ) from error


def write_small(
    folder: Path, config: SmallConfig, weights: Mapping[str, torch.Tensor], tokenizer: Tokenizer
) -> None:
    """Write the three files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(json.dumps(asdict(config), indent=1) + "\n", encoding="utf-8")
    tokenizer.save(str(folder / TOKENIZER))
    halves = {
        key: value.detach().cpu().half().contiguous()
        for key, value in weights.items()
        if key != TIED
    }
    save_file(halves, folder / WEIGHTS)


def _config(table: Mapping[str, Any]) -> SmallConfig:
    shape = {field.name: int(table["shape"][field.name]) for field in fields(SmallShape)}
    return SmallConfig(str(table["encoder"]), str(table["encoder_sha256"]), SmallShape(**shape))


def _tokenizer(path: Path) -> Tokenizer:
    text = path.read_text(encoding="utf-8")
    try:
        return Tokenizer.from_str(text)
    except Exception as error:  # the library raises bare Exception for a bad file
        raise ValueError(f"{path.name} is no tokenizer: {error}") from error


def _model(shape: SmallShape, path: Path) -> SmallModel:
    model = SmallModel(shape)
    weights = {key: tensor.float() for key, tensor in load_file(path).items()}
    found = model.load_state_dict(weights, strict=False)
    wrong = [*found.unexpected_keys, *(key for key in found.missing_keys if key != TIED)]
    if wrong:
        raise ValueError(f"tensors that lack or are unknown: {', '.join(sorted(wrong)[:5])}")
    return model.eval().requires_grad_(False)
