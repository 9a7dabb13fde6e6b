"""Pairs for a fusion block, and what a loss asks of an encoder."""

import math
from contextlib import nullcontext

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from core.errors import TrainingError
from encoders.registry import load_towers
from training.losses import Pairs
from training.matching import Matches, Tokens, matching, near_matches
from training.objective import Objective
from training.recipe import Loss, Matching, Phase, Recipe

RECIPE = Recipe(phases=(Phase("only", 1, 1.0, (32,)),))


def pairs_of(cosines: Tensor, negative: Tensor, scale: float = 1.0) -> Pairs:
    candidates = torch.eye(cosines.shape[1])
    return Pairs(cosines, candidates, ~negative, negative, torch.tensor(math.log(scale)))


@given(st.integers(1, 7), st.integers(0, 2**31))
def test_wrong_pairs_are_wrong_and_everyone_who_can_has_one(size: int, seed: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    negative = torch.rand(size, size, generator=rng) < 0.4
    negative &= ~torch.eye(size, dtype=torch.bool)

    asked = near_matches(pairs_of(torch.randn(size, size, generator=rng), negative))

    wrong = asked.true == 0
    right = list(zip(asked.texts[~wrong].tolist(), asked.images[~wrong].tolist(), strict=True))
    assert right == [(row, row) for row in range(size)]
    assert negative[asked.texts[wrong], asked.images[wrong]].all()
    of_texts = int(negative.any(dim=1).sum())
    assert asked.texts[wrong][:of_texts].tolist() == negative.any(dim=1).nonzero()[:, 0].tolist()
    assert asked.images[wrong][of_texts:].tolist() == negative.any(dim=0).nonzero()[:, 0].tolist()


def test_the_nearest_wrong_pair_is_the_likeliest() -> None:
    torch.manual_seed(0)
    cosines = torch.tensor([[1.0, 0.0, 0.9], [0.0, 1.0, 0.9], [0.9, 0.0, 1.0]])
    negative = ~torch.eye(3, dtype=torch.bool)

    asked: Matches = near_matches(pairs_of(cosines, negative, scale=100))

    assert asked.images[3:6].tolist() == [2, 2, 0]  # the image that each text is nearest to
    assert asked.texts[6:9].tolist()[2] in (0, 1)


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_the_loss_is_the_cross_entropy_of_all_pairs(at_once: int) -> None:
    negative = ~torch.eye(2, dtype=torch.bool)
    tokens = Tokens(
        torch.tensor([[[1.0]], [[2.0]]]), torch.tensor([[[3.0]], [[5.0]]]), torch.ones(2, 1) > 0
    )

    def match(seen: Tensor, read: Tensor, is_real: Tensor) -> Tensor:
        assert is_real.all()
        return seen[:, 0, 0] - read[:, 0, 0] / 2

    pieces = list(matching(match, tokens, pairs_of(torch.eye(2), negative), at_once))

    right, wrong = (1 - 1.5, 2 - 2.5), 2 * (2 - 1.5, 1 - 2.5)
    losses = [math.log(1 + math.exp(-x)) for x in right] + [
        math.log(1 + math.exp(x)) for x in wrong
    ]
    assert sum(piece.item() for piece in pieces) == pytest.approx(sum(losses) / 6)
    assert len(pieces) == math.ceil(6 / at_once)


@pytest.mark.parametrize(
    ("more", "why"),
    [({"matching": Matching()}, "no fusion block"), ({"loss": Loss.SIGMOID}, "no bias")],
)
def test_a_loss_that_an_encoder_has_no_part_for_is_refused(
    shipped_mini: None, more: dict[str, object], why: str
) -> None:
    recipe = Recipe(phases=RECIPE.phases, **more)  # type: ignore[arg-type]

    with pytest.raises(TrainingError, match=why):
        Objective(recipe, load_towers("mini").tower, nullcontext)
