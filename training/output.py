"""What training leaves behind: model folders that the encoder opens, and the checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml
from tokenizers import Tokenizer
from torch import Tensor

from core.errors import TrainingError

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that the next step depends on, besides the recipe and the images."""

    step: int  # steps taken
    model: Mapping[str, Tensor]
    average: Mapping[str, Tensor]
    optimiser: Mapping[str, Any]


def config_for(path: Path, tokenizer: Tokenizer) -> str:
    """The text of a config.yaml with the number of tokens that the tokenizer has.

    Raises TrainingError when there is no such file or it is no such configuration.
    """
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
        fields["LANG_ENCODER"]["VOCAB_SIZE"] = tokenizer.get_vocab_size()
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise TrainingError(f"Cannot use {path}, the recipe's `model`: {error}.") from error
    text: str = yaml.safe_dump(fields, sort_keys=False)
    return text


def save_checkpoint(out: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint in `out`; there is always a whole one."""
    partial = out / f"{CHECKPOINT}.partial"
    fields = ("step", "model", "average", "optimiser")
    torch.save({name: getattr(checkpoint, name) for name in fields}, partial)
    partial.replace(out / CHECKPOINT)


def load_checkpoint(out: Path) -> Checkpoint | None:
    """Read the checkpoint in `out`, if there is one. It is data alone: no code in it is run."""
    path = out / CHECKPOINT
    if not path.is_file():
        return None
    return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
