"""Fitting an adapter: a matrix that brings rows of alike pictures, and their texts, together.

It is the identity and a product of two thin matrices, as in LoRA (Hu et al., 2021), so that what
is not asked for stays near where it was, and texts pass through the same matrix as pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from core.types import Embeddings
from encoders.threads import one_core_each
from training.losses import Pairs, info_nce, likeness, one_direction

Matrix = NDArray[np.float32]  # (dim, dim): a row becomes matrix @ row, of unit length
Score = Callable[[Matrix], float]  # how good it is with pictures that it was not fitted on

RANK: Final = 32
STEPS: Final = 400
LOOK_EVERY: Final = 25  # steps between two looks at the score
BATCH: Final = 512
RATE: Final = 1e-3
SCALE: Final = 20.0  # on cosines
KEEP: Final = 0.1  # how much leaving the rows where they were counts
ROWS_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What an adapter is fitted on."""

    rows: Embeddings  # (n, dim), of pictures
    has: NDArray[np.bool_]  # (n, labels); a picture without any is unlike all that have one
    patients: NDArray[np.int64]  # (n,): pictures of one patient are no pair
    texts: Embeddings  # (texts, dim)
    text_labels: NDArray[np.int64]  # (texts,): the label that each text stands for


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The best matrix of a fit."""

    matrix: Matrix
    steps: int  # after which it was best; 0: nothing was better than no adapter
    before: float  # the score of no adapter
    after: float


def fit(shown: Shown, score: Score, seed: int = 0) -> Fitted:
    """Fit an adapter and stop where `score` was best; the same seed gives the same matrix."""
    one_core_each()  # such small products cost several threads more than one
    head = _Head(shown.rows.shape[1], seed)
    before = score(head.matrix())
    best = Fitted(head.matrix(), 0, before, before)
    optimizer = torch.optim.Adam(head.parameters(), lr=RATE)
    for step, places in enumerate(_batches(shown, seed), 1):
        optimizer.zero_grad()
        _loss(head, shown, places).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if step % LOOK_EVERY == 0:
            reached = score(head.matrix())
            if reached > best.after:
                best = Fitted(head.matrix(), step, before, reached)
    return best


class _Head(torch.nn.Module):
    """I + up down, which begins as I."""

    def __init__(self, dim: int, seed: int) -> None:
        super().__init__()
        random = torch.Generator().manual_seed(seed)
        rank = min(RANK, dim)
        self.down = torch.nn.Parameter(torch.randn(rank, dim, generator=random) / dim**0.5)
        self.up = torch.nn.Parameter(torch.zeros(dim, rank))

    def moved(self, rows: Tensor) -> Tensor:
        """What is added to rows: (n, dim) -> (n, dim)."""
        return rows @ self.down.T @ self.up.T

    def matrix(self) -> Matrix:
        with torch.no_grad():
            return (torch.eye(len(self.up)) + self.up @ self.down).numpy()


def _batches(shown: Shown, seed: int) -> Iterator[NDArray[np.int64]]:
    """Places of pictures; those of rare labels come more often than their number says."""
    random = np.random.default_rng(seed)
    rarity = np.where(shown.has, 1 / np.sqrt(np.maximum(shown.has.sum(axis=0), 1)), 0).max(axis=1)
    unlabelled = ~shown.has.any(axis=1)
    rarity[unlabelled] = 1 / np.sqrt(max(int(unlabelled.sum()), 1))
    chances = rarity / rarity.sum()
    size = min(BATCH, len(shown.rows))
    for _ in range(STEPS):
        yield random.choice(len(shown.rows), size, replace=False, p=chances)


def _loss(head: _Head, shown: Shown, places: NDArray[np.int64]) -> Tensor:
    rows, texts = torch.from_numpy(shown.rows[places]), torch.from_numpy(shown.texts)
    moved, texts_moved = head.moved(rows), head.moved(texts)
    images = functional.normalize(rows + moved, dim=1)
    words = functional.normalize(texts + texts_moved, dim=1)
    has = torch.from_numpy(shown.has[places])
    pieces = [*_among_pictures(images, has, torch.from_numpy(shown.patients[places]))]
    if len(texts):
        means = has[:, torch.from_numpy(shown.text_labels)].T
        log_scale = rows.new_tensor(SCALE).log()
        pairs = Pairs(words, images, means, ~means, log_scale)
        pieces += info_nce(pairs, ROWS_AT_ONCE)
    kept = torch.cat([moved, texts_moved]).square().sum(dim=1).mean()
    return torch.stack(pieces).sum() + KEEP * kept


def _among_pictures(images: Tensor, has: Tensor, patients: Tensor) -> Iterator[Tensor]:
    """Pictures with a label in common against all others, of other patients alone."""
    others = patients[:, None] != patients[None, :]
    alike = (has.float() @ has.float().T) > 0
    pairs = likeness(images, alike & others, ~alike & others, SCALE)
    return one_direction(pairs, ROWS_AT_ONCE)
