"""The images that training never sees, for measuring what it has learnt."""

from pathlib import Path
from typing import Protocol

import numpy as np

from core.types import Pixels
from training.manifest import Example, TrainingSet
from training.pictures import load_pictures
from training.split import development_rows


class Split(Protocol):
    """What of a recipe decides the development split."""

    @property
    def development(self) -> float:
        """The part of the groups."""

    @property
    def seed(self) -> int:
        """Of the choice."""


def development_set(
    recipe: Split, data: TrainingSet, side: int, cache: Path
) -> tuple[list[Example], list[Pixels]]:
    """The development split of a recipe, and its pictures (side, side, 3). Raises TrainingError."""
    rows = development_rows(data.examples, recipe.development, recipe.seed)
    examples = [data.examples[row] for row in rows]
    grey = load_pictures(data.folder, examples, side, cache)
    return examples, [np.repeat(picture[:, :, None], 3, axis=2) for picture in grey]
