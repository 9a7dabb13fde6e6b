"""What the index loses: its answers beside exact ones, apart from whether these are right."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings, Ids
from evaluation.scoring import scored
from storage.snapshot import Snapshot

MOST = 200  # queries of each kind
SAME = 1e-6  # cosines that differ by less are equal


class Kind(StrEnum):
    """What was asked with."""

    IMAGE = "image"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Built:
    """What was measured of the index when it was built, at 10."""

    kind: str  # of index
    images: float
    texts: float


@dataclass(frozen=True, slots=True)
class IndexRecall:
    """The share of the k nearest pictures that a search gives."""

    kind: Kind
    queries: int
    k: int
    recall: float
    when_built: float  # at 10


def index_recall(
    snapshot: Snapshot, image_ids: Ids, texts: Embeddings, k: int, built: Built
) -> tuple[IndexRecall, ...]:
    """Recall of `snapshot.search` on the first pictures and texts, an image query not counted."""
    spread = np.linspace(0, len(image_ids) - 1, min(MOST, len(image_ids))).astype(np.int64)
    asking = image_ids[spread]
    kinds = [
        (Kind.IMAGE, snapshot.embeddings(asking), asking, built.images),
        (Kind.TEXT, texts[:MOST], np.full(len(texts[:MOST]), -1), built.texts),
    ]
    return tuple(
        IndexRecall(kind, len(rows), k, _recall(snapshot, kind, rows, own, k), before)
        for kind, rows, own, before in kinds
        if len(rows) and len(snapshot.ids) > 1
    )


def _recall(snapshot: Snapshot, kind: Kind, rows: Embeddings, own: Ids, k: int) -> float:
    found, _ = snapshot.search(rows, k + 1, like_images=kind is Kind.IMAGE)
    shares = []
    for start, part in scored(snapshot, snapshot.ids, rows):
        for at, scores in enumerate(part, start):
            exact = np.where(snapshot.ids == own[at], -np.inf, scores)
            shares.append(_share(snapshot.ids, exact, found[at][found[at] != own[at]][:k], k))
    return float(np.mean(shares))


def _share(ids: Ids, exact: NDArray[np.float32], found: Ids, k: int) -> float:
    """The part of the found pictures that belong to the k nearest; equal scores are as good."""
    nearest = np.partition(exact, max(len(exact) - k, 0))[max(len(exact) - k, 0) :]
    worst = nearest[np.isfinite(nearest)].min()
    places = np.searchsorted(ids, found[found >= 0])
    return float((exact[places] >= worst - SAME).sum() / np.isfinite(nearest).sum())
