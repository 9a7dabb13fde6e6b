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
    encoder: Encoder,
    pictures: Embeddings,
    labels: Sequence[Labels],
    cases: Sequence[TextCase],
    source: str = ALL,
) -> list[TextResult]:
    """Rank all pictures for every query; a query that no picture answers is left out.

    With a source, right answers from other sources are taken out of the ranking: what is left
    tells how its pictures fare against everything that was not asked for.
    """
    scores = encoder.embed_texts([case.text for case in cases]) @ pictures.T
    asked = (
        _text_result(case, row, labels, source) for case, row in zip(cases, scores, strict=True)
    )
    return [result for result in asked if result.relevant]


def _text_result(
    case: TextCase, scores: NDArray[np.float32], labels: Sequence[Labels], source: str
) -> TextResult:
    relevant = np.array([case.is_answered_by(label) for label in labels])
    counted = np.array([source in (ALL, label.source) for label in labels]) | ~relevant
    order = np.argsort(-scores[counted], kind="stable")
    ranked = relevant[counted][order]
    chance = float(ranked.mean()) if len(ranked) else 0.0
    return TextResult(case, average_precision(ranked), chance, int(ranked.sum()))


def plain_cases(labels: Sequence[Labels]) -> list[TextCase]:
    """One query for every region and every finding that occurs, in the words of the labels."""
    regions = {
        TextCase(f"{x.modality} of the {x.body_part}", x.modality, x.body_part) for x in labels
    }
    findings = {
        TextCase(
            f"{x.modality} of the {x.body_part} with {x.finding}",
            x.modality,
            x.body_part,
            x.finding,
        )
        for x in labels
        if x.finding
    }
    return sorted(regions | findings, key=lambda case: case.text)


def summary(encoder: Encoder, pictures: Embeddings, labels: Sequence[Labels]) -> dict[str, float]:
    """The figures to watch in training: mean average precision of texts, precision at 10 of images.

    nan for what the labels cannot tell.
    """
    results = text_results(encoder, pictures, labels, plain_cases(labels))
    regions = [x.average_precision for x in results if not x.case.finding]
    findings = [x.average_precision for x in results if x.case.finding]
    has_finding = [row for row, label in enumerate(labels) if label.finding]
    return {
        "text_region_map": _mean(regions),
        "text_finding_map": _mean(findings),
        "image_region_p10": _overall(pictures, labels, [label.region for label in labels]),
        "image_finding_p10": _overall(
            pictures[has_finding],
            [labels[row] for row in has_finding],
            [f"{labels[row].region} {labels[row].finding}" for row in has_finding],
        ),
    }


def _overall(pictures: Embeddings, labels: Sequence[Labels], answers: Sequence[str]) -> float:
    results = image_results(pictures, labels, answers) if labels else []
    return results[0].precision if results else float("nan")


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


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
