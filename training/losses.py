"""Contrastive losses for captions that are true of several images at once."""

import torch
from torch import Tensor
from torch.nn import functional


def contrastive_loss(logits: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """InfoNCE in both directions, with several positives. All (captions, images) -> scalar.

    A pair that is neither positive nor negative takes no part. Every positive is set against the
    negatives of its row alone, so that the other positives of a broad caption do not compete
    with it (the decoupling of Yeh et al., "Decoupled Contrastive Learning", ECCV 2022).
    """
    captions = one_direction(logits, positive, negative)
    images = one_direction(logits.T, positive.T, negative.T)
    return (captions + images) / 2


def one_direction(logits: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """Mean over rows of the mean over positives p of -log(e^p / (e^p + sum of e^negatives)).

    (queries, candidates) -> scalar; a row without positives or without negatives does not count,
    and a batch without any row that counts gives 0.
    """
    rivals = logits.masked_fill(~negative, -torch.inf).logsumexp(dim=1, keepdim=True)
    losses = functional.softplus(rivals - logits).masked_fill(~positive, 0)
    counts = positive.sum(dim=1)
    counted = (counts > 0) & negative.any(dim=1)
    per_row = losses.sum(dim=1)[counted] / counts[counted]
    return per_row.sum() / counted.sum().clamp(min=1)


def likeness_loss(embeddings: Tensor, same: Tensor, different: Tensor, scale: float) -> Tensor:
    """Draw images of the same class together: one direction, images (n, dim) against themselves.

    An image is not its own positive. Source: Khosla et al., "Supervised Contrastive Learning"
    (NeurIPS 2020), with the decoupling of `contrastive_loss`.
    """
    others = ~torch.eye(len(embeddings), dtype=torch.bool, device=embeddings.device)
    return one_direction(scale * embeddings @ embeddings.T, same & others, different)
