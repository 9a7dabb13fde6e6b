"""Where the noise line falls on labelled pictures that an encoder never saw; prints Markdown.

The second table has archives that hold little else than one or two kinds of pictures.

python -m benchmarks.noise_line MODEL_FOLDER RECIPE.toml DATA_FOLDER
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

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
FEWEST_ALIKE = 200  # pictures of a region that make an archive
MOSTLY = 0.7  # share of the first hits that makes an answer right


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
    told_without: int | None  # above the line where nothing answers; None: there is no line
    is_silent: bool  # there is no line
    of_the_first: float  # right ones among the first hits


def main() -> None:
    """Measure one model and print."""
    found = load_development(options_of(__doc__).parse_args())
    encoder, labels, rows = found.encoder, found.labels, found.rows
    print(f"{len(rows)} pictures.\n")
    print_table(
        (
            *("queries", "n", "no line", "right above the line", "right ones below it"),
            *("no hit above it", "nothing answers: no hit above it", f"at most {FIRST}", "no line"),
        ),
        _lines(encoder, rows, labels),
    )
    print()
    print_table(
        (
            *("archive", "queries", "right answers", "all called chance", "no line"),
            *("wrong answers", "all called chance", "no line"),
        ),
        _narrow(encoder, rows, labels),
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


def _narrow(
    encoder: Encoder, rows: Embeddings, labels: Sequence[Labels]
) -> Iterator[tuple[str | int | float, ...]]:
    """Archives of one region, and of two; right and wrong are by modality and body part."""
    regions = np.array([label.region for label in labels])
    names, counts = np.unique(regions, return_counts=True)
    large = [str(name) for name, count in zip(names, counts, strict=True) if count >= FEWEST_ALIKE]
    means = Means(encoder.card, lambda: encoder, lambda _: np.zeros((0, 0, 3), np.uint8))
    neutral = embed_texts(NEUTRAL_TEXTS, means)
    words = [case for case in cases("usual") + cases("unseen") if not case.finding]
    for count in (1, 2):
        kinds: dict[str, list[Fallen]] = {"texts": [], "pictures": []}
        for chosen in combinations(large, count):
            inside = np.isin(regions, chosen)
            those = [label for label, is_in in zip(labels, inside, strict=True) if is_in]
            few = rows[inside]
            sample = few[np.random.default_rng(0).permutation(len(few))[:SAMPLE]]
            texts = chance_of(np.sort(neutral @ sample.T, axis=None))
            images = chance_of(np.sort(sample[:AS_QUERIES] @ sample.T, axis=None))
            places = np.random.default_rng(0).permutation(len(few))[:100]
            asked = _by_text(words, False, few, those, means)
            kinds["texts"] += [_fallen(each, texts) for each in asked]
            asked = _by_image(places, few, those, False)
            kinds["pictures"] += [_fallen(each, images) for each in asked]
        for kind, fallen in kinds.items():
            yield f"{count} of {len(large)} regions", kind, *_called(fallen)


def _called(fallen: Sequence[Fallen]) -> Iterator[int | float]:
    right = [each for each in fallen if each.of_the_first >= MOSTLY]
    wrong = [each for each in fallen if each.of_the_first <= 1 - MOSTLY]
    for group in (right, wrong):
        yield len(group)
        yield (
            float(np.mean([not (each.told or each.is_silent) for each in group]))
            if group
            else float("nan")
        )
        yield float(np.mean([each.is_silent for each in group])) if group else float("nan")


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
    silent = np.mean([each.is_silent for each in fallen])
    lined = [each for each in fallen if not each.is_silent]
    precision = np.mean([each.right / each.told for each in lined if each.told])
    lost = np.mean([1 - each.right / each.answers for each in lined])
    nothing = np.mean([each.told == 0 for each in lined])
    without = [each.told_without for each in fallen]
    none, few = (np.mean([n is not None and n <= most for n in without]) for most in (0, FIRST))
    unsaid = np.mean([n is None for n in without])
    shares = (silent, precision, lost, nothing, none, few, unsaid)
    return name, len(fallen), *map(float, shares)


def _fallen(asked: Asked, others: Chance) -> Fallen:
    floor = _floor(asked.scores, others)
    told = asked.scores >= (np.inf if floor is None else floor)
    without = asked.scores[~asked.right]
    right = int((told & asked.right).sum())
    first = np.argsort(-asked.scores)[:FIRST]
    return Fallen(
        right,
        int(told.sum()),
        int(asked.right.sum()),
        _told_of_none(without, others),
        floor is None,
        float(asked.right[first].mean()),
    )


def _told_of_none(without: Scores, others: Chance) -> int | None:
    """How many hits are above the line though nothing answers; None where there is no line."""
    floor = _floor(without, others) if len(without) else None
    return None if floor is None else int((without >= floor).sum())


def _floor(scores: Scores, others: Chance) -> float | None:
    sample = np.random.default_rng(0).permutation(scores)[:SAMPLE]
    return noise_floor(np.sort(sample), others, len(scores))


if __name__ == "__main__":
    main()
