"""What it costs to read hits again with a text, and what it brings.

    python -m benchmarks.reranking
    python -m benchmarks.reranking MODEL RECIPE DATA

The first measures a full-size ResNet-50 and BERT with random weights. The second also takes a
model that training made, and the development split of its recipe: mean average precision of a text
for each region and finding, in the order of the towers and with the first hits read again, and how
far matches from thumbnails are from matches from the files.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.types import Pixels
from encoders.base import Encoder
from encoders.registry import load_encoder
from encoders.resnet_bert.checkpoint import write_folder
from encoders.resnet_bert.config import parse_config
from encoders.resnet_bert.model import ResNetBert
from evaluation.metrics import average_precision
from evaluation.retrieval import TextCase, plain_cases
from imaging.decode import read_pictures_from_bytes
from imaging.thumbnail import make_thumbnail, thumbnail_pixels
from radseek.training import labels_of
from training.manifest import Example, read_bytes, read_set
from training.recipe import read_recipe
from training.split import development_rows

T = TypeVar("T")

DEPTHS = (10, 50, 200)
READ = 50  # hits, of which the cost is measured
MINI = Path("encoders/mini/tokenizer.json")
FULL_SIZE = {
    "image_size": [224, 224],
    "context_length": 256,
    "image": {"embedding_size": 64, "hidden_sizes": [256, 512, 1024, 2048], "depths": [3, 4, 6, 3]},
    "text": {
        "hidden_size": 768,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "intermediate_size": 3072,
        "max_position_embeddings": 512,
    },
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("recipe", type=Path, nargs="?")
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--most", type=int, default=1000, help="Pictures of the split.")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        _cost(_full_size(Path(folder)))
    if options.data is not None:
        encoder = load_encoder("resnet_bert", options.model, "cpu")
        _gain(encoder, *_development(options.recipe, options.data, options.most))


def _full_size(folder: Path) -> Encoder:
    tokenizer = Tokenizer.from_str(MINI.read_text(encoding="utf-8"))
    fields = json.loads(json.dumps(FULL_SIZE))
    fields["text"]["vocab_size"] = tokenizer.get_vocab_size()
    torch.manual_seed(0)
    weights = ResNetBert(parse_config(fields)).state_dict()
    write_folder(folder, json.dumps(fields), tokenizer, weights)
    return load_encoder("resnet_bert", folder, "cpu")


def _cost(encoder: Encoder) -> None:
    rng = np.random.default_rng(0)
    shot = rng.integers(0, 256, (512, 512, 1), np.uint8).repeat(3, axis=2)
    thumbnail = make_thumbnail(shot)
    opened, prepared = _timed(lambda: encoder.prepare(thumbnail_pixels(thumbnail)))
    encoder.match([prepared] * 2, ["warm"])
    read, _ = _timed(lambda: encoder.match([prepared] * READ, ["CT of the chest with a nodule"]))
    text, _ = _timed(lambda: encoder.embed_texts(["CT of the chest with a nodule"]))
    print("| full-size ResNet-50 and BERT, CPU time | ms |\n|---|---|")
    print(f"| a thumbnail opened and prepared | {1e3 * opened:.1f} |")
    print(f"| a picture read with a text, of {READ} | {1e3 * read / READ:.1f} |")
    print(f"| a text embedded | {1e3 * text:.1f} |")


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of processor time, and what came of it."""
    since = time.process_time()
    done = work()
    return time.process_time() - since, done


def _development(recipe_file: Path, data: Path, most: int) -> tuple[list[Example], list[Pixels]]:
    """Some pictures of the split at their full size, drawn by a seed."""
    recipe, everything = read_recipe(recipe_file), read_set(data)
    rows = development_rows(everything.examples, recipe.development, recipe.seed)
    drawn = np.random.default_rng(0).permutation(rows)[:most]
    examples = [everything.examples[row] for row in sorted(drawn.tolist())]
    contents = read_bytes(data, examples)
    return examples, [read_pictures_from_bytes(content)[0].pixels for content in contents]


def _gain(encoder: Encoder, examples: Sequence[Example], pictures: Sequence[Pixels]) -> None:
    prepared = [encoder.prepare(pixels) for pixels in pictures]
    shown = [encoder.prepare(thumbnail_pixels(make_thumbnail(pixels))) for pixels in pictures]
    labels = [labels_of(example) for example in examples]
    cases = plain_cases(labels)
    relevant = np.array([[case.is_answered_by(label) for label in labels] for case in cases])
    texts = [case.text for case in cases]
    scores = encoder.embed_texts(texts) @ encoder.embed_images(prepared).T
    matches = encoder.match(shown, texts).T  # (cases, pictures)
    _put_gain(cases, relevant, scores, matches)
    few = slice(None, None, max(1, len(texts) // 5))
    apart = np.abs(encoder.match(prepared, texts[few]).T - matches[few])
    print(
        "\nMatches from thumbnails differ from those of the files by "
        f"{apart.mean():.4f} in the mean, by {np.quantile(apart, 0.99):.4f} in one of a hundred."
    )


def _put_gain(
    cases: Sequence[TextCase],
    relevant: NDArray[np.bool_],
    scores: NDArray[np.float32],
    matches: NDArray[np.float32],
) -> None:
    kinds = np.array(["finding" if case.finding else "region" for case in cases])
    print(f"\n{relevant.shape[1]} pictures\n")
    print(
        "| texts | number | chance | towers | "
        + " | ".join(f"{n} read" for n in DEPTHS)
        + " | all read |"
    )
    print("|---|---|---|---|" + "---|" * (len(DEPTHS) + 1))
    for kind in ("region", "finding"):
        of = np.flatnonzero(kinds == kind)
        reached = [
            np.mean([_precision(relevant[at], scores[at], matches[at], n) for at in of])
            for n in (0, *DEPTHS, relevant.shape[1])
        ]
        told = " | ".join(f"{value:.3f}" for value in (relevant[of].mean(), *reached))
        print(f"| {kind} | {len(of)} | {told} |")


def _precision(
    relevant: NDArray[np.bool_],
    scores: NDArray[np.float32],
    matches: NDArray[np.float32],
    first: int,
) -> float:
    """Average precision with the first hits in the order of their matches."""
    order = np.argsort(-scores, kind="stable")
    head = order[:first]
    order = np.append(head[np.argsort(-matches[head], kind="stable")], order[first:])
    return average_precision(relevant[order])


if __name__ == "__main__":
    main()
