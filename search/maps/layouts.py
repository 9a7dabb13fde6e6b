"""How embeddings are laid out on a plane: by their neighbours, or by the two widest directions."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final

import numpy as np

from core.errors import InvalidRequest
from core.types import Embeddings
from search.maps.neighbours import nearest_of_each
from storage.embedding_map import MapMethod, Points
from storage.verify_findings import CheckProgress, Show

# t-SNE: van der Maaten and Hinton, JMLR 9 (2008); its usual figures, and a start by PCA with a rate
# of n / 12 after Kobak and Berens, Nature Communications 10 (2019).
PERPLEXITY: Final = 30
EXAGGERATION: Final = 12
EARLY_STEPS: Final = 250
STEPS: Final = 500
TOLD_EVERY: Final = 25  # steps
FEW: Final = 2_000  # points up to which one thread and a tree are faster than many and a grid
FEWEST: Final = 3 * PERPLEXITY + 2  # points that t-SNE can lay out


def method_for(wanted: MapMethod | None, pictures: int) -> MapMethod:
    """The method that is wanted, else t-SNE where it can be. Raises InvalidRequest if it cannot."""
    is_here, is_enough = find_spec("openTSNE") is not None, pictures >= FEWEST
    if wanted is None:
        return MapMethod.TSNE if is_here and is_enough else MapMethod.PCA
    if wanted is MapMethod.TSNE and not is_here:
        raise InvalidRequest(
            "t-SNE needs the package openTSNE, which is not installed. Install it with "
            "`pip install 'radseek[map]'`, or ask for --method pca."
        )
    if wanted is MapMethod.TSNE and not is_enough:
        raise InvalidRequest(
            f"t-SNE needs at least {FEWEST} pictures, and there are {pictures}. "
            "Ask for --method pca."
        )
    return wanted


def lay_out(rows: Embeddings, method: MapMethod, show: Show) -> Points:
    """Points of rows, (n, dim) -> (n, 2), within -1 and 1, as wide as it is high."""
    points = _tsne(rows, show) if method is MapMethod.TSNE else principal(rows)
    low, high = points.min(axis=0), points.max(axis=0)
    half = max(float((high - low).max()) / 2, np.finfo(np.float32).tiny)
    laid: Points = ((points - (low + high) / 2) / half).astype(np.float32)
    return laid


def principal(rows: Embeddings) -> Points:
    """The rows along the two directions in which they differ most, (n, dim) -> (n, 2).

    Each direction points to where its largest number is positive.
    """
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    widest = directions[:, :-3:-1]
    signs = np.sign(widest[np.abs(widest).argmax(axis=0), np.arange(2)])
    points: Points = (centred @ (widest * signs)).astype(np.float32)
    return points


def _tsne(rows: Embeddings, show: Show) -> Points:
    """t-SNE by openTSNE, whose neighbours are exact, with the same dice each time."""
    from openTSNE import TSNEEmbedding, affinity, initialization  # noqa: PLC0415  (an extra)
    from openTSNE.nearest_neighbors import PrecomputedNeighbors  # noqa: PLC0415

    is_few = len(rows) <= FEW
    workers = 1 if is_few else len(os.sched_getaffinity(0))
    places, cosines = nearest_of_each(
        rows, 3 * PERPLEXITY, lambda done: show(CheckProgress("neighbours", done, len(rows)))
    )
    away = np.sqrt(np.maximum(0, 2 - 2 * cosines))
    embedding = TSNEEmbedding(
        initialization.rescale(principal(rows)),
        affinity.PerplexityBasedNN(
            knn_index=PrecomputedNeighbors(places, away), perplexity=PERPLEXITY, n_jobs=workers
        ),
        negative_gradient_method="bh" if is_few else "fft",
        n_jobs=workers,
        random_state=0,
    )
    early = {"exaggeration": EXAGGERATION, "momentum": 0.5}
    for before, steps, how in ((0, EARLY_STEPS, early), (EARLY_STEPS, STEPS, {"momentum": 0.8})):
        embedding.optimize(
            steps,
            inplace=True,
            learning_rate=len(rows) / EXAGGERATION,
            callbacks=_telling(show, before),
            callbacks_every_iters=TOLD_EVERY,
            **how,
        )
    return np.asarray(embedding, dtype=np.float32)


def _telling(show: Show, before: int) -> Callable[[int, float, object], None]:
    """What tells of the steps done, of which so many were done before."""

    def tell(step: int, _error: float, _points: object) -> None:
        show(CheckProgress("layout", before + step, EARLY_STEPS + STEPS))

    return tell
