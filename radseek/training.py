"""Wiring of a training run: what it learns from, and the figures that are measured for it."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from core.types import Record
from encoders.registry import load_encoder
from evaluation.pairs import pair_summary
from evaluation.retrieval import Labels, summary
from storage.keys import Key
from storage.reader import CollectionReader
from training.contrastive import Progress, train
from training.development import development_set
from training.manifest import Example, TrainingSet
from training.recipe import Recipe, Texts, read_recipe
from training.texts import text_of


def train_contrastive(
    config: Path,
    data: TrainingSet,
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


def collection_set(reader: CollectionReader) -> TrainingSet:
    """The files of a collection with their reports, one picture of each; groups are patients."""
    snapshot = reader.snapshot()
    patients = snapshot.keys(Key.PATIENT)[snapshot.places(snapshot.ids)].tolist()
    records = snapshot.describe(snapshot.ids)
    first = {
        record.location: (record, patient)
        for record, patient in sorted(
            zip(records, patients, strict=True), key=lambda each: each[0].frame, reverse=True
        )
    }
    return TrainingSet(
        Path("/"), [_example(reader, record, patient) for record, patient in first.values()]
    )


def _example(reader: CollectionReader, record: Record, patient: int) -> Example:
    location, tags = record.location, record.tags
    return Example(
        path=location.member or str(location.path),
        archive=str(location.path) if location.member else "",
        source="collection",
        modality=tags.modality,
        body_part=tags.body_part.casefold(),
        view=tags.view,
        group_id=str(patient),
        report="\n".join(reader.reports(record.id)),
    )


def labels_of(example: Example) -> Labels:
    """The labels of a training example that retrieval is measured by."""
    return Labels(
        example.source, example.group_id, example.modality, example.body_part, example.finding
    )


def _measure(
    recipe: Recipe, data: TrainingSet, cache: Path, device: str, model: Path
) -> Mapping[str, float]:
    encoder = load_encoder(recipe.encoder, model, device)
    side = len(encoder.prepare(np.zeros((8, 8, 3), np.uint8)))
    examples, pictures = development_set(recipe, data, side, cache)
    rows = encoder.embed_images(pictures)
    if recipe.texts is Texts.REPORTS:
        return pair_summary(encoder, rows, [text_of(example) for example in examples])
    return summary(encoder, rows, [labels_of(example) for example in examples])
