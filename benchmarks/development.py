"""A model and the labelled pictures of a recipe's development split, that it is measured on."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.types import Embeddings, Pixels
from encoders.medimageinsight.encoder import load_folder
from encoders.tower_encoder import TowerEncoder
from evaluation.retrieval import Labels
from radseek.training import labels_of
from training.development import development_set
from training.manifest import read_set
from training.recipe import read_recipe


@dataclass(frozen=True, slots=True)
class Development:
    """What a benchmark of answers begins with; pictures, labels and rows in one order."""

    encoder: TowerEncoder
    pictures: Sequence[Pixels]  # as the encoder takes them
    labels: list[Labels]
    rows: Embeddings


def options_of(description: str | None) -> argparse.ArgumentParser:
    """The options that name a model and its development split."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", type=Path, help="folder with config.yaml, weights and tokenizer")
    parser.add_argument("recipe", type=Path, help="the recipe whose development split is taken")
    parser.add_argument("data", type=Path, help="folder with manifest.csv")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    return parser


def load_development(options: argparse.Namespace) -> Development:
    """Load the model, read the pictures and embed them."""
    encoder = load_folder("mini", "measured", options.model, "", "cpu")
    side = encoder.prepare.size[0]
    recipe = read_recipe(options.recipe)
    examples, pictures = development_set(recipe, read_set(options.data), side, options.cache)
    labels = [labels_of(example) for example in examples]
    return Development(encoder, pictures, labels, encoder.embed_images(pictures))
