"""Patients apart: to fit something on, to choose it by, and to measure it on."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings
from evaluation.metrics import average_precision

Places = NDArray[np.int64]
SHARES: Final = (0.6, 0.2)  # of the patients: to fit on, to choose by; the rest is measured on
MOST_ASKING: Final = 400  # pictures


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Places of pictures (n,), ascending; no patient is in two of them."""

    fitted: Places
    chosen_by: Places
    measured: Places


def parts_of(patients: NDArray[np.int64], seed: int) -> Parts:
    """Share pictures out by their patients (n,); the same for the same order of pictures."""
    _, first, codes = np.unique(patients, return_index=True, return_inverse=True)
    in_order = np.argsort(first)  # of their first pictures: keys say nothing beyond a process
    shuffled = np.random.default_rng(seed).permutation(in_order)
    ends = np.rint(np.cumsum(SHARES) * len(shuffled)).astype(np.int64)
    groups = np.split(shuffled, ends)
    return Parts(*(np.flatnonzero(np.isin(codes, group)) for group in groups))


def mean_precision(
    rows: Embeddings,
    has: NDArray[np.bool_],
    patients: NDArray[np.int64],
    texts: Embeddings,
    text_labels: NDArray[np.int64],
) -> float:
    """How well pictures (n, dim) and texts (t, dim) find pictures with their labels: mAP, 0..1.

    `has` (n, labels). The mean over labels of pictures that ask, and that over texts, count alike;
    0 where nothing can be found. At most MOST_ASKING pictures ask, spread over all.
    """
    asking = np.flatnonzero(has.any(axis=1))
    asking = asking[np.linspace(0, len(asking) - 1, min(MOST_ASKING, len(asking))).astype(np.int64)]
    found = [_by_picture(place, rows, has, patients) for place in asking.tolist()]
    by_label = [
        np.nanmean(values)
        for inside in has[asking].T
        if len(values := np.array(found)[inside]) and not np.isnan(values).all()
    ]
    by_text = [
        average_precision(has[np.argsort(-scores, kind="stable"), label])
        for scores, label in zip(texts @ rows.T, text_labels.tolist(), strict=True)
        if has[:, label].any()
    ]
    means = [float(np.mean(values)) for values in (by_label, by_text) if values]
    return float(np.mean(means)) if means else 0.0


def _by_picture(
    place: int, rows: Embeddings, has: NDArray[np.bool_], patients: NDArray[np.int64]
) -> float:
    others = patients != patients[place]
    relevant = (has[others] & has[place]).any(axis=1)
    return average_precision(relevant[np.argsort(-(rows[others] @ rows[place]), kind="stable")])
