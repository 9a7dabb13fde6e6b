"""Measure a small captioner on the development split of its recipe; prints Markdown tables.

python -m benchmarks.captioner_quality MODEL_FOLDER RECIPE.toml DATA_FOLDER

Neighbours are training pictures of other groups, told by the words of their labels: an archive
whose pictures are labelled. Intervals draw whole groups anew.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.machine_text import Neighbour
from core.types import Embeddings, Pixels
from encoders.base import Encoder
from encoders.captioner.small import load_small
from encoders.registry import load_encoder
from evaluation.bootstrap import USUAL, interval
from training.captioner.recipe import CaptionerRecipe, read_captioner_recipe
from training.captioner.train import is_named, training_examples
from training.captioner.wording import caption_of, named_in
from training.development import development_set
from training.manifest import Example, read_set
from training.pictures import load_pictures
from training.vocabulary import Vocabulary, read_vocabulary

NEIGHBOURS = 8
SHARE = 4000  # training pictures that the archive has, evenly drawn


@dataclass(frozen=True, slots=True)
class Told:
    """What was written of one development picture."""

    example: Example
    text: str


def main() -> None:
    """Measure one captioner alone and with neighbours."""
    options = _options()
    recipe = read_captioner_recipe(options.recipe)
    captioner = load_small("mini", "measured", "", options.model, "cpu")
    encoder, vocabulary = load_encoder(recipe.encoder, None, "cpu"), read_vocabulary()
    data = read_set(options.data)
    found = development_set(recipe, data, recipe.stored_side, options.cache)
    kept = [pair for pair in zip(*found, strict=True) if is_named(pair[0])]
    examples, pictures = [pair[0] for pair in kept], [pair[1] for pair in kept]
    neighbours = _neighbours(recipe, options, encoder, vocabulary, pictures)
    alone = captioner.describe(pictures, [()] * len(pictures))
    voted = captioner.describe(pictures, neighbours)
    for name, texts in (("alone", alone), (f"with {NEIGHBOURS} neighbours", voted)):
        told = [Told(*pair) for pair in zip(examples, texts, strict=True)]
        print(f"\n{name}: {len(told)} pictures\n")
        _print_tables(told, vocabulary)


def _print_tables(told: Sequence[Told], vocabulary: Vocabulary) -> None:
    print("| source | pictures (groups) | modality and body part | finding | finding made up |")
    print("| --- | --- | --- | --- | --- |")
    for source in ("", *sorted({each.example.source for each in told})):
        those = [each for each in told if source in ("", each.example.source)]
        labelled = [x for x in those if vocabulary.knows("finding", x.example.finding)]
        silent = [x for x in those if not vocabulary.knows("finding", x.example.finding)]
        groups = len({x.example.group_id for x in those})
        cells = (_share(those, _is_named), _share(labelled, _is_found), _share(silent, _is_made_up))
        print(f"| {source or '**all**'} | {len(those)} ({groups}) | {' | '.join(cells)} |")


def _is_named(told: Told) -> bool:
    found, example = named_in(told.text), told.example
    return (found.modality, found.body_part) == (example.modality, example.body_part)


def _is_found(told: Told) -> bool:
    return named_in(told.text).finding == told.example.finding


def _is_made_up(told: Told) -> bool:
    """A finding is stated of a picture of which the source states none that it could know."""
    return bool(named_in(told.text).finding)


def _share(told: Sequence[Told], is_so: Callable[[Told], bool]) -> str:
    if not told:
        return "-"
    so = np.array([is_so(each) for each in told], np.float64)
    groups = np.unique([x.example.group_id for x in told], return_inverse=True)[1]
    drawn = np.array([_mean(so, draw[groups]) for draw in USUAL.draws(int(groups.max()) + 1)])
    low, high = interval(drawn)
    return f"{so.mean():.3f} ({low:.3f} to {high:.3f}), n {len(told)}"


def _mean(values: NDArray[np.float64], times: NDArray[np.int64]) -> float:
    return float((values * times).sum() / times.sum()) if times.any() else float("nan")


def _neighbours(
    recipe: CaptionerRecipe,
    options: argparse.Namespace,
    encoder: Encoder,
    vocabulary: Vocabulary,
    pictures: Sequence[Pixels],
) -> list[list[Neighbour]]:
    """Of each picture the nearest training pictures; these are of other groups by the split."""
    examples = training_examples(recipe, options.data)
    examples = examples[:: max(1, len(examples) // SHARE)]
    grey = load_pictures(options.data, examples, recipe.stored_side, options.cache)
    known = _embedded(encoder, [np.repeat(one[:, :, None], 3, axis=2) for one in grey])
    cosines = _embedded(encoder, pictures) @ known.T
    words = [caption_of(example, vocabulary) for example in examples]
    return [
        [Neighbour(int(at), float(row[at]), words[at]) for at in np.argsort(-row)[:NEIGHBOURS]]
        for row in cosines
    ]


def _embedded(encoder: Encoder, pictures: Sequence[Pixels]) -> Embeddings:
    return encoder.embed_images([encoder.prepare(picture) for picture in pictures])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder of the captioner")
    parser.add_argument("recipe", type=Path, help="the recipe whose development split is taken")
    parser.add_argument("data", type=Path, help="folder with manifest.csv")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
