"""How well an encoder finds labelled pictures, by words and by picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Pixels
from encoders.base import Encoder
from evaluation.metrics import average_precision, precision_at

ALL = "all"  # the row over every source
PIXEL_SIDE = 32  # of the raw-pixel baseline


@dataclass(frozen=True, slots=True)
class Labels:
    """What is known of one picture; an empty label is not known."""

    source: str
    group_id: str  # the patient, or what stands for it
    modality: str
    body_part: str
    finding: str = ""

    @property
    def region(self) -> str:
        """Modality and body part in one."""
        return f"{self.modality} {self.body_part}"


@dataclass(frozen=True, slots=True)
class TextCase:
    """A query and the labels that a picture must have to answer it; an empty one may be any."""

    text: str
    modality: str = ""
    body_part: str = ""
    finding: str = ""

    def is_answered_by(self, labels: Labels) -> bool:
        """Tell whether a picture is what was asked for."""
        asked = (self.modality, self.body_part, self.finding)
        had = (labels.modality, labels.body_part, labels.finding)
        return all(want in ("", have) for want, have in zip(asked, had, strict=True))


@dataclass(frozen=True, slots=True)
class TextResult:
    """The answer to one query."""

    case: TextCase
    average_precision: float
    chance: float  # what a random order gives: the part of the pictures that is relevant
    relevant: int


@dataclass(frozen=True, slots=True)
class ImageResult:
    """The mean over image queries of one source."""

    source: str
    queries: int
    precision: float


def text_results(
    encoder: Encoder, pictures: Embeddings, labels: Sequence[Labels], cases: Sequence[TextCase]
) -> list[TextResult]:
    """Rank all pictures for every query; a query that no picture answers is left out."""
    scores = encoder.embed_texts([case.text for case in cases]) @ pictures.T
    results = []
    for case, row in zip(cases, scores, strict=True):
        relevant = np.array([case.is_answered_by(label) for label in labels])
        if relevant.any():
            ranked = relevant[np.argsort(-row, kind="stable")]
            precision = average_precision(ranked)
            chance = float(relevant.mean())
            results.append(TextResult(case, precision, chance, int(relevant.sum())))
    return results


def image_results(
    pictures: Embeddings, labels: Sequence[Labels], answers: Sequence[str], k: int = 10
) -> list[ImageResult]:
    """Precision at k, over all and by source: each picture asks for those with its answer.

    `answers` holds one label per picture, such as its region or its finding. Pictures of the
    query's own group never take part; a query that nothing answers is left out.
    """
    precision = _leave_group_out_precision(pictures, labels, np.array(answers), k)
    counted = ~np.isnan(precision)
    sources = np.array([label.source for label in labels])
    rows = {ALL: counted} | {name: counted & (sources == name) for name in sorted(set(sources))}
    return [
        ImageResult(name, int(chosen.sum()), float(precision[chosen].mean()))
        for name, chosen in rows.items()
        if chosen.any()
    ]


def _leave_group_out_precision(
    pictures: Embeddings, labels: Sequence[Labels], answers: NDArray[np.str_], k: int
) -> NDArray[np.float64]:
    groups = np.array([f"{label.source}/{label.group_id}" for label in labels])
    others = groups[:, None] != groups[None, :]
    relevant = (answers[:, None] == answers[None, :]) & others
    scores = np.where(others, pictures @ pictures.T, -np.inf)
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return precision_at(k, np.take_along_axis(relevant, nearest, axis=1), relevant.sum(axis=1))


def raw_pixel_embeddings(pictures: Sequence[Pixels]) -> Embeddings:
    """The baseline: grey pictures averaged to 32 x 32, standardised, as unit rows.

    Pictures are (S, S, 3) with S a multiple of 16 and at least 32.
    """
    small = np.stack([_shrunk(picture) for picture in pictures]).reshape(len(pictures), -1)
    centred = small - small.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    rows: Embeddings = (centred / np.maximum(lengths, 1e-6)).astype(np.float32)
    return rows


def _shrunk(picture: Pixels) -> NDArray[np.float64]:
    """Mean of the pixels whose centre falls into each cell of a 32 x 32 grid."""
    cells = np.arange(len(picture)) * PIXEL_SIDE // len(picture)
    starts = np.flatnonzero(np.diff(cells, prepend=-1))
    grey = picture.mean(axis=2)
    sums = np.add.reduceat(np.add.reduceat(grey, starts, axis=0), starts, axis=1)
    sizes = np.bincount(cells)
    shrunk: NDArray[np.float64] = sums / np.outer(sizes, sizes)
    return shrunk
