"""Losses over a table of captions against images; a caption may be true of several images at once.

A loss comes in pieces, scalars that add up to it. Each holds some rows of the table at a time, so
that one who learns from piece after piece never has the whole table in memory.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Pairs:
    """Queries and candidates as unit rows, which belong together, and what makes logits of cosines.

    A pair that is neither positive nor negative takes no part.
    """

    queries: Tensor  # (queries, dim): captions
    candidates: Tensor  # (candidates, dim): images
    positive: Tensor  # bool (queries, candidates)
    negative: Tensor
    log_scale: Tensor  # the logarithm of the factor on cosines, a scalar
    bias: Tensor | None = None  # added to logits, a scalar

    def turned(self) -> "Pairs":
        """Candidates asked for queries."""
        return replace(
            self,
            queries=self.candidates,
            candidates=self.queries,
            positive=self.positive.T,
            negative=self.negative.T,
        )

    def logits(self, rows: slice) -> Tensor:
        """Some rows of the table: (rows, candidates)."""
        logits = self.log_scale.exp() * self.queries[rows] @ self.candidates.T
        return logits if self.bias is None else logits + self.bias


def info_nce(pairs: Pairs, at_once: int) -> Iterator[Tensor]:
    """InfoNCE in both directions, with several positives: pieces of `at_once` rows.

    Every positive is set against the negatives of its row alone, so that the other positives of a
    broad caption do not compete with it (the decoupling of Yeh et al., "Decoupled Contrastive
    Learning", ECCV 2022). With one positive in each row it is the loss of CLIP (Radford et al.,
    2021). The bias plays no part.
    """
    halves = (one_direction(each, at_once) for each in (pairs, pairs.turned()))
    yield from (piece / 2 for piece in chain.from_iterable(halves))


def one_direction(pairs: Pairs, at_once: int) -> Iterator[Tensor]:
    """Mean over rows of the mean over positives p of -log(e^p / (e^p + sum of e^negatives)).

    A row without positives or without negatives does not count, and a batch without any row that
    counts gives 0.
    """
    counted = pairs.positive.any(dim=1) & pairs.negative.any(dim=1)
    total = counted.sum().clamp(min=1)
    for rows in blocks(len(counted), at_once):
        yield _rivalry(pairs, rows)[counted[rows]].sum() / total


def sigmoid(pairs: Pairs, at_once: int) -> Iterator[Tensor]:
    """Every pair judged by itself, positive or not: pieces of `at_once` rows.

    The sum over pairs of -log sigmoid(+logit or -logit), for each query. Source: Zhai et al.,
    "Sigmoid Loss for Language Image Pre-Training" (ICCV 2023).
    """
    for rows in blocks(len(pairs.queries), at_once):
        signs = pairs.positive[rows].float() - pairs.negative[rows].float()
        judged = functional.softplus(-signs * pairs.logits(rows)) * signs.abs()
        yield judged.sum() / len(pairs.queries)


def likeness(embeddings: Tensor, same: Tensor, different: Tensor, scale: float) -> Pairs:
    """Images (n, dim) against themselves, for `one_direction` to draw those of a class together.

    An image is not its own positive. Source: Khosla et al., "Supervised Contrastive Learning"
    (NeurIPS 2020), with the decoupling of `info_nce`.
    """
    others = ~torch.eye(len(embeddings), dtype=torch.bool, device=embeddings.device)
    factor = embeddings.new_tensor(math.log(scale))
    return Pairs(embeddings, embeddings, same & others, different, factor)


def blocks(count: int, at_once: int) -> Iterator[slice]:
    """All of `count` rows, some at a time."""
    return (slice(start, start + at_once) for start in range(0, count, at_once))


def _rivalry(pairs: Pairs, rows: slice) -> Tensor:
    """Of each row, the mean over its positives of what they lose to the negatives: (rows,)."""
    logits, positive = pairs.logits(rows), pairs.positive[rows]
    rivals = logits.masked_fill(~pairs.negative[rows], -torch.inf).logsumexp(dim=1, keepdim=True)
    losses = functional.softplus(rivals - logits).masked_fill(~positive, 0)
    return losses.sum(dim=1) / positive.sum(dim=1).clamp(min=1)
