"""A running mean of the weights over the steps, which generalises better than the last step's."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


class WeightAverage:
    """An exponential moving average of a model's parameters (Polyak averaging)."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._decay = decay
        self.weights = {key: value.detach().clone() for key, value in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        """Take in the weights after `step`; the first steps, far from the end, weigh little."""
        decay = min(self._decay, (1 + step) / (10 + step))
        for key, value in model.state_dict().items():
            if value.is_floating_point():
                self.weights[key].lerp_(value, 1 - decay)
            else:
                self.weights[key].copy_(value)

    def restore(self, weights: Mapping[str, Tensor]) -> None:
        """Go on from a checkpoint."""
        for key, value in weights.items():
            self.weights[key].copy_(value)
