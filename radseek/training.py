"""Wiring of a training run: the trainer with the figures that evaluation measures for it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from encoders.registry import load_encoder
from evaluation.retrieval import Labels, summary
from training.contrastive import Progress, train
from training.development import development_set
from training.manifest import Example
from training.recipe import Recipe, read_recipe


def train_contrastive(
    config: Path,
    data: Path,
    out: Path,
    *,
    device: str,
    resume: bool,
    progress: Callable[[Progress], None],
) -> Path:
    """Train by a recipe file, measure each phase on the development split; gives the last folder.

    Raises TrainingError.
    """
    recipe = read_recipe(config)
    measure = partial(_measure, recipe, data, out / "cache", device)
    return train(
        recipe, data, out, device=device, resume=resume, progress=progress, dev_metrics=measure
    )


def labels_of(example: Example) -> Labels:
    """The labels of a training example that retrieval is measured by."""
    return Labels(
        example.source, example.group_id, example.modality, example.body_part, example.finding
    )


def _measure(
    recipe: Recipe, data: Path, cache: Path, device: str, model: Path
) -> Mapping[str, float]:
    encoder = load_encoder(recipe.encoder, model, device)
    side = len(encoder.prepare(np.zeros((8, 8, 3), np.uint8)))
    examples, pictures = development_set(recipe, data, side, cache)
    return summary(encoder, encoder.embed_images(pictures), [labels_of(e) for e in examples])
