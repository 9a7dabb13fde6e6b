"""The checkpoint of a run, from which it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All that the next step depends on, besides the recipe and the images."""

    step: int  # steps taken
    model: Mapping[str, Tensor]
    average: Mapping[str, Tensor]
    optimiser: Mapping[str, Any]


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
