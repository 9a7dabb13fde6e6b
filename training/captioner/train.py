"""Training a captioner: the run from its recipe to a folder that `--weights` takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import TrainingError
from encoders.base import Encoder
from encoders.captioner.small_files import SmallConfig, write_small
from encoders.captioner.small_model import SmallShape
from encoders.devices import choose_devices
from training.captioner.recipe import CaptionerRecipe, Decoder
from training.captioner.seen import drawn_rows, seen_regions
from training.captioner.tokens import train_caption_tokenizer
from training.captioner.trainer import CaptionerTrainer
from training.captioner.wording import caption_of
from training.manifest import Example, read_manifest
from training.split import development_rows
from training.vocabulary import read_vocabulary


@dataclass(frozen=True, slots=True)
class StageProgress:
    """Where a run is."""

    stage: str
    step: int  # of the stage, from 1
    steps: int
    loss: float  # nats per token, of this step
    metrics: Mapping[str, float]  # of the development split; empty but at the end of a stage


Report = Callable[[StageProgress], None]
DevMetrics = Callable[[Path], Mapping[str, float]]  # folder of a captioner -> figures by name


def train_captioner(
    recipe: CaptionerRecipe,
    encoder: Encoder,
    data: Path,
    out: Path,
    *,
    device: str,
    progress: Report,
    dev_metrics: DevMetrics,
) -> Path:
    """Train by `recipe` on the manifest in `data`; the folder of the last stage comes back.

    The encoder stays as it is. Raises TrainingError.
    """
    (out / "cache").mkdir(parents=True, exist_ok=True)
    examples = training_examples(recipe, data)
    regions = seen_regions(encoder, data, examples, recipe, out / "cache")
    vocabulary = read_vocabulary()
    captions = [caption_of(examples[row], vocabulary) for row in drawn_rows(examples, recipe)]
    tokenizer = train_caption_tokenizer(captions, recipe.tokens)
    rows = [encoding.ids for encoding in tokenizer.encode_batch(captions)]
    shape = _shape(encoder.card.dim, recipe, tokenizer.get_vocab_size(), rows)
    trainer = CaptionerTrainer(recipe, shape, regions, rows, choose_devices(device)[0])
    config = SmallConfig(recipe.encoder, encoder.card.weights_sha256, shape)
    for stage in recipe.stages:
        folder = out / stage.name
        for step, loss in trainer.run(stage):
            if step == stage.steps:
                write_small(folder, config, trainer.model.state_dict(), tokenizer)
            elif step % recipe.report_every:
                continue
            metrics = dev_metrics(folder) if step == stage.steps else {}
            progress(StageProgress(stage.name, step, stage.steps, loss, metrics))
    return out / recipe.stages[-1].name


def training_examples(recipe: CaptionerRecipe, data: Path) -> list[Example]:
    """What may be trained on: images of which modality and body part are known.

    Raises TrainingError when there are none.
    """
    everything = read_manifest(data)
    kept_out = set(development_rows(everything, recipe.development, recipe.seed))
    examples = [
        example
        for row, example in enumerate(everything)
        if row not in kept_out and example.source not in recipe.leave_out and is_named(example)
    ]
    if not examples:
        raise TrainingError(
            "No image is left to train on whose modality and body part are known. Look at the "
            "manifest, and at `leave_out` of the recipe."
        )
    return examples


def is_named(example: Example) -> bool:
    """Whether modality and body part are known: without them a caption would teach silence."""
    return bool(example.modality and example.body_part)


def _shape(
    dim: int, recipe: CaptionerRecipe, vocabulary: int, captions: list[list[int]]
) -> SmallShape:
    decoder: Decoder = recipe.decoder
    return SmallShape(
        dim=dim,
        grid=recipe.grid,
        vocabulary=vocabulary,
        hidden=decoder.hidden,
        layers=decoder.layers,
        heads=decoder.heads,
        intermediate=decoder.intermediate,
        longest=max(map(len, captions)),
    )
