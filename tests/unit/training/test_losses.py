"""The contrastive losses, against values worked out by hand and against a loop over pairs."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from training.losses import contrastive_loss, likeness_loss, one_direction


def slow_one_direction(logits: Tensor, positive: Tensor, negative: Tensor) -> float:
    """The definition, pair by pair."""
    rows = []
    for row in range(len(logits)):
        rivals = sum(math.exp(x) for x, no in zip(logits[row], negative[row], strict=True) if no)
        hits = [math.exp(x) for x, yes in zip(logits[row], positive[row], strict=True) if yes]
        if hits and rivals:
            rows.append(sum(-math.log(hit / (hit + rivals)) for hit in hits) / len(hits))
    return sum(rows) / len(rows) if rows else 0.0


def test_one_positive_per_caption_is_plain_info_nce() -> None:
    logits = torch.tensor([[2.0, 0.0], [1.0, 3.0]])
    positive = torch.eye(2, dtype=torch.bool)

    loss = contrastive_loss(logits, positive, ~positive)

    captions = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-2))) / 2
    images = (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(-3))) / 2
    assert loss.item() == pytest.approx((captions + images) / 2)


def test_positives_of_a_caption_do_not_compete() -> None:
    logits = torch.tensor([[1.0, 5.0, 0.0]])
    positive = torch.tensor([[True, True, False]])

    loss = one_direction(logits, positive, ~positive)

    expected = (math.log(1 + math.exp(0 - 1)) + math.log(1 + math.exp(0 - 5))) / 2
    assert loss.item() == pytest.approx(expected)


def test_a_pair_that_is_neither_takes_no_part() -> None:
    positive = torch.tensor([[True, False, False]])
    negative = torch.tensor([[False, True, False]])

    losses = [
        one_direction(torch.tensor([[1.0, 0.5, unknown]]), positive, negative).item()
        for unknown in (-9.0, 0.0, 9.0)
    ]

    assert losses == [pytest.approx(math.log(1 + math.exp(-0.5)))] * 3


def test_a_batch_without_negatives_gives_nothing_to_learn() -> None:
    logits = torch.ones(2, 2, requires_grad=True)
    everything = torch.ones(2, 2, dtype=torch.bool)

    loss = contrastive_loss(logits, everything, ~everything)
    loss.backward()  # type: ignore[no-untyped-call]

    assert loss.item() == 0
    assert logits.grad is not None
    assert torch.equal(logits.grad, torch.zeros(2, 2))


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**31))
def test_the_loss_agrees_with_its_definition(captions: int, images: int, seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    logits = torch.randn(captions, images, generator=rng, dtype=torch.float64) * 3
    kinds = torch.randint(3, (captions, images), generator=rng)
    positive, negative = kinds == 0, kinds == 1

    loss = one_direction(logits, positive, negative)

    assert loss.item() == pytest.approx(slow_one_direction(logits, positive, negative))


def test_likeness_draws_the_same_class_together_and_spares_the_picture_itself() -> None:
    embeddings = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    same = torch.tensor([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=torch.bool)

    loss = likeness_loss(embeddings, same, ~same, scale=2.0)

    first = math.log(1 + math.exp(2 * (0.6 - 0.0)))
    second = math.log(1 + math.exp(2 * (0.8 - 0.0)))
    assert loss.item() == pytest.approx((first + second) / 2)  # the third has no other of its class
