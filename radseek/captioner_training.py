"""Wiring of a captioner's training run: the trainer with the figures that are measured for it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from encoders.captioner.small import load_small
from encoders.registry import load_encoder
from training.captioner.recipe import CaptionerRecipe, read_captioner_recipe
from training.captioner.train import StageProgress, is_named, train_captioner
from training.captioner.wording import named_in
from training.development import development_set
from training.manifest import read_set


def train_captioner_by(
    config: Path,
    data: Path,
    out: Path,
    *,
    device: str,
    progress: Callable[[StageProgress], None],
) -> Path:
    """Train a captioner by a recipe file, each stage measured; gives the last stage's folder.

    Raises TrainingError, UnknownName, WeightsMissing.
    """
    recipe = read_captioner_recipe(config)
    encoder = load_encoder(recipe.encoder, None, device)
    measure = partial(_measure, recipe, data, out / "cache", device)
    return train_captioner(
        recipe, encoder, data, out, device=device, progress=progress, dev_metrics=measure
    )


def _measure(
    recipe: CaptionerRecipe, data: Path, cache: Path, device: str, model: Path
) -> Mapping[str, float]:
    """The share of development pictures whose modality and body part are named, both right.

    Nothing without a development picture of which both are known.
    """
    captioner = load_small("mini", "trained", "", model, device)
    examples, pictures = development_set(recipe, read_set(data), recipe.stored_side, cache)
    texts = captioner.describe(pictures, [()] * len(pictures))
    named = [
        (found.modality, found.body_part) == (example.modality, example.body_part)
        for example, found in zip(examples, map(named_in, texts), strict=True)
        if is_named(example)
    ]
    return {"modality_and_body_part": float(np.mean(named))} if named else {}
