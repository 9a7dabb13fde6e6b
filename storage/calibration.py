"""How hard an approximate index has to look: measured against exact search after it is built.

Two kinds of queries, made from rows of the collection itself. *Image-like*: a row with a little
noise, as another slice of a known series would be. *Text-like*: the mean of a few rows from
anywhere, with as much noise off the rows' manifold as it has length. It lies between the clusters
like a text that several findings fit, and nothing is very near it. No encoder is needed; how an
index does with real texts is measured by `radseek evaluate`.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids, Scores
from storage.index import ROUNDING
from storage.ivf_index import Effort, IvfIndex

log = logging.getLogger(__name__)

QUERIES: Final = 200  # of each kind
PARTS: Final = 16  # searched one after the other: FAISS keeps 16 KB for each list of each query
AT: Final = 10
WANTED_IMAGES, WANTED_TEXTS = 0.99, 0.97
IMAGE_NOISE: Final = 0.2  # length of the noise beside a row of length 1
TEXT_ROWS: Final = 4
TEXT_NOISE: Final = 1.0
LISTS: Final = (16, 32, 64, 128, 256, 512)
SHORT: Final = (300, 1_000, 3_000)  # the shortest still has ten times the first places
ROW_COST, SHORT_COST = 0.08, 0.5  # us with 1024 dimensions: a row of a list, one of a short list
SEED: Final = 20_261_121


@dataclass(frozen=True, slots=True)
class Calibration:
    """An effort, and what it reaches: recall at 10 against exact search."""

    effort: Effort
    recall_images: float
    recall_texts: float

    @property
    def finds_images(self) -> bool:
        """Whether it reaches what is wanted of queries like images."""
        return self.recall_images >= WANTED_IMAGES

    @property
    def is_enough(self) -> bool:
        """Whether it reaches what is wanted of all queries."""
        return self.finds_images and self.recall_texts >= WANTED_TEXTS


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The efforts of an index."""

    images: Calibration  # for queries like images, which lie near the rows they look for
    any: Calibration  # for all others


class Truth:
    """The exact answers to the queries of a calibration, gathered as rows pass by."""

    def __init__(self, sample: Embeddings) -> None:
        """Make the queries from a sample (n, dim)."""
        random = np.random.default_rng(SEED)
        self.queries = np.concatenate([_image_like(sample, random), _text_like(sample, random)])
        self._best: Scores = np.full((len(self.queries), AT), -np.inf, dtype=np.float32)

    def take(self, rows: Embeddings) -> None:
        """Take some more rows (n, dim) into account."""
        scores = self.queries @ rows.T
        if scores.shape[1] > AT:
            scores = np.partition(scores, scores.shape[1] - AT, axis=1)[:, -AT:]
        both = np.concatenate([self._best, scores], axis=1)
        self._best = -np.sort(-both, axis=1)[:, :AT]

    @property
    def least(self) -> Scores:
        """The score of the last of the nearest rows of each query."""
        return self._best[:, -1]


def calibrate(index: IvfIndex, truth: Truth, unit: Callable[[Ids], Embeddings]) -> Calibrated:
    """The cheapest efforts that reach what is wanted, or the largest one (logged).

    `unit` gives the stored rows of ids, of unit length.
    """
    tried: list[Calibration] = []
    for lists in (lists for lists in LISTS if lists <= max(index.lists, LISTS[0])):
        enough = [each for each in tried if each.is_enough]
        cheapest = min(enough, key=lambda each: _cost(index, each.effort), default=None)
        if cheapest and _cost(index, cheapest.effort) <= _cost(index, Effort(lists, SHORT[0])):
            break
        tried += _with_lists(lists, index, truth, unit)
    best = _best(index, tried)
    of_images = (each for each in tried if each.finds_images)
    images = min(of_images, key=lambda each: _cost(index, each.effort), default=best)
    return Calibrated(images, best)


def _best(index: IvfIndex, tried: Sequence[Calibration]) -> Calibration:
    enough = [each for each in tried if each.is_enough]
    if enough:
        return min(enough, key=lambda each: _cost(index, each.effort))
    best = max(tried, key=lambda each: (each.recall_texts, each.recall_images))
    log.warning(
        "index finds less than wanted recall_images=%.3f recall_texts=%.3f",
        best.recall_images,
        best.recall_texts,
    )
    return best


def _with_lists(
    lists: int, index: IvfIndex, truth: Truth, unit: Callable[[Ids], Embeddings]
) -> list[Calibration]:
    """What so many lists reach with a short list of each length."""
    effort = Effort(lists, SHORT[-1])
    parts = np.array_split(truth.queries, PARTS)
    places = np.concatenate([index.candidates(part, effort) for part in parts])
    of_each = zip(truth.queries, places, truth.least, strict=True)
    found = np.stack([_found(query, index.ids, row, least, unit) for query, row, least in of_each])
    return [_calibration(Effort(lists, short), found) for short in SHORT]


def _found(
    query: NDArray[np.float32],
    ids: Ids,
    places: Ids,
    least: np.float32,
    unit: Callable[[Ids], Embeddings],
) -> NDArray[np.int64]:
    """How many of the nearest rows are in the first 1, 2, 3, ... of a short list."""
    there = places >= 0
    is_near = np.zeros(len(places), dtype=bool)
    is_near[there] = unit(ids[places[there]]) @ query >= least - ROUNDING
    found: NDArray[np.int64] = np.minimum(np.cumsum(is_near), AT)
    return found


def _calibration(effort: Effort, found: NDArray[np.int64]) -> Calibration:
    recall = found[:, effort.short - 1] / AT
    half = len(recall) // 2
    return Calibration(effort, float(recall[:half].mean()), float(recall[half:].mean()))


def _cost(index: IvfIndex, effort: Effort) -> float:
    rows = effort.lists * len(index.ids) / index.lists
    return rows * ROW_COST + effort.short * SHORT_COST


def _image_like(sample: Embeddings, random: np.random.Generator) -> Embeddings:
    rows = sample[random.integers(0, len(sample), QUERIES)]
    return _unit(rows + _noise(rows.shape, IMAGE_NOISE, random))


def _text_like(sample: Embeddings, random: np.random.Generator) -> Embeddings:
    chosen = random.integers(0, len(sample), (QUERIES, TEXT_ROWS))
    means = _unit(sample[chosen].mean(axis=1))
    return _unit(means + _noise(means.shape, TEXT_NOISE, random))


def _noise(shape: Sequence[int], length: float, random: np.random.Generator) -> NDArray[np.float32]:
    noise = random.standard_normal(shape, dtype=np.float32)
    return noise * np.float32(length / np.sqrt(shape[-1]))


def _unit(rows: NDArray[np.float32]) -> Embeddings:
    unit: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
