"""Where the noise line falls on labelled pictures that an encoder never saw; prints Markdown.

python -m benchmarks.noise_line MODEL_FOLDER RECIPE.toml DATA_FOLDER
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.development import load_development, options_of
from benchmarks.mini_quality import cases, print_table
from core.types import Embeddings, Mask, Scores
from encoders.base import Encoder
from evaluation.retrieval import Labels, TextCase
from search.background import AS_QUERIES
from search.encoding import Means, embed_texts
from search.neutral_texts import NEUTRAL_TEXTS
from search.noise import Chance, chance_of, noise_floor
from search.sampling import SAMPLE

FEWEST = 5  # right answers of a query that counts
IMAGE_QUERIES = 400
FIRST = 10  # hits


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A query: its cosines with the pictures it may find, and which of them answer it."""

    scores: Scores
    right: Mask


@dataclass(frozen=True, slots=True)
class Fallen:
    """Where the line fell for one query, and without the pictures that answer it."""

    right: int  # above the line
    told: int  # above the line
    answers: int
    told_without: int  # above the line where nothing answers


def main() -> None:
    """Measure one model and print."""
    found = load_development(options_of(__doc__).parse_args())
    encoder, labels, rows = found.encoder, found.labels, found.rows
    print(f"{len(rows)} pictures.\n")
    print_table(
        (
            *("queries", "n", "right above the line", "right ones below it", "no hit above it"),
            *("nothing answers: no hit above it", f"at most {FIRST}"),
        ),
        _lines(encoder, rows, labels),
    )


def _lines(
    encoder: Encoder, rows: Embeddings, labels: Sequence[Labels]
) -> Iterator[tuple[str | int | float, ...]]:
    random = np.random.default_rng(0)
    sample = rows[random.permutation(len(rows))[:SAMPLE]]
    means = Means(encoder.card, lambda: encoder, lambda _: np.zeros((0, 0, 3), np.uint8))
    texts = chance_of(np.sort(embed_texts(NEUTRAL_TEXTS, means) @ sample.T, axis=None))
    images = chance_of(np.sort(sample[:AS_QUERIES] @ sample.T, axis=None))
    words = cases("usual") + cases("unseen")
    places = random.permutation(len(rows))[:IMAGE_QUERIES]
    findings = np.array([label.finding != "" and label.source != "vqarad" for label in labels])
    yield _line("texts, modality and body part", _by_text(words, False, rows, labels, means), texts)
    yield _line("pictures, modality and body part", _by_image(places, rows, labels, False), images)
    yield _line("texts with a finding", _by_text(words, True, rows, labels, means), texts)
    with_finding = random.permutation(np.flatnonzero(findings))[:IMAGE_QUERIES]
    yield _line("pictures with a finding", _by_image(with_finding, rows, labels, True), images)


def _by_text(
    words: Sequence[TextCase],
    with_finding: bool,
    rows: Embeddings,
    labels: Sequence[Labels],
    means: Means,
) -> Iterator[Asked]:
    chosen = [case for case in words if bool(case.finding) is with_finding]
    queries = embed_texts([case.text for case in chosen], means)
    for case, query in zip(chosen, queries, strict=True):
        yield Asked(rows @ query, np.array([case.is_answered_by(label) for label in labels]))


def _by_image(
    places: NDArray[np.int64], rows: Embeddings, labels: Sequence[Labels], with_finding: bool
) -> Iterator[Asked]:
    """Pictures of the query's own group are left out."""
    groups = np.array([f"{label.source}/{label.group_id}" for label in labels])
    kinds = np.array([f"{x.region} {x.finding if with_finding else ''}" for x in labels])
    for place in places:
        others = groups != groups[place]
        yield Asked((rows @ rows[place])[others], (kinds == kinds[place])[others])


def _line(name: str, asked: Iterator[Asked], others: Chance) -> tuple[str | int | float, ...]:
    fallen = [_fallen(each, others) for each in asked if each.right.sum() >= FEWEST]
    precision = np.mean([each.right / each.told for each in fallen if each.told])
    lost = np.mean([1 - each.right / each.answers for each in fallen])
    silent = np.mean([each.told == 0 for each in fallen])
    none = np.mean([each.told_without == 0 for each in fallen])
    few = np.mean([each.told_without <= FIRST for each in fallen])
    return name, len(fallen), *map(float, (precision, lost, silent, none, few))


def _fallen(asked: Asked, others: Chance) -> Fallen:
    told = asked.scores >= _floor(asked.scores, others)
    without = asked.scores[~asked.right]
    told_without = int((without >= _floor(without, others)).sum())
    right = int((told & asked.right).sum())
    return Fallen(right, int(told.sum()), int(asked.right.sum()), told_without)


def _floor(scores: Scores, others: Chance) -> float:
    sample = np.random.default_rng(0).permutation(scores)[:SAMPLE]
    return noise_floor(np.sort(sample), others, len(scores))


if __name__ == "__main__":
    main()
