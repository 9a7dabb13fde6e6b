"""The running mean of the weights."""

import pytest
import torch
from torch import nn

from training.average import WeightAverage


def model_at(value: float) -> nn.Linear:
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, value)
    return model


def test_late_steps_weigh_as_the_decay_says() -> None:
    average = WeightAverage(model_at(1.0), decay=0.9)

    average.update(model_at(2.0), step=10_000)

    assert average.weights["weight"].item() == pytest.approx(0.9 * 1.0 + 0.1 * 2.0)


def test_the_first_steps_forget_the_start_faster() -> None:
    average = WeightAverage(model_at(1.0), decay=0.9)

    average.update(model_at(2.0), step=0)

    assert average.weights["weight"].item() == pytest.approx(0.1 * 1.0 + 0.9 * 2.0)


def test_restoring_copies_and_does_not_share() -> None:
    average = WeightAverage(model_at(1.0), decay=0.9)
    kept = {"weight": torch.tensor([[5.0]])}

    average.restore(kept)
    average.update(model_at(0.0), step=10_000)

    assert average.weights["weight"].item() == pytest.approx(4.5)
    assert kept["weight"].item() == 5.0
