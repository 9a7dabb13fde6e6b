"""The images that training never sees, for measuring what it has learnt."""

from pathlib import Path

import numpy as np

from core.types import Pixels
from training.manifest import Example, read_manifest
from training.pictures import load_pictures
from training.recipe import Recipe
from training.split import development_rows


def development_set(
    recipe: Recipe, folder: Path, side: int, cache: Path
) -> tuple[list[Example], list[Pixels]]:
    """The development split of a recipe, and its pictures (side, side, 3). Raises TrainingError."""
    everything = read_manifest(folder)
    rows = development_rows(everything, recipe.development, recipe.seed)
    examples = [everything[row] for row in rows]
    grey = load_pictures(folder, examples, side, cache)
    return examples, [np.repeat(picture[:, :, None], 3, axis=2) for picture in grey]
