"""One captioner in training: what a step does to it."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.types import Regions
from encoders.captioner.small_model import SmallModel, SmallShape
from encoders.captioner.tokens import padded
from training.captioner.recipe import CaptionerRecipe, Stage
from training.schedule import rate_factor

BETAS = (0.9, 0.98)


class CaptionerTrainer:
    """The model with its regions and captions, which go together row by row."""

    def __init__(
        self,
        recipe: CaptionerRecipe,
        shape: SmallShape,
        regions: Regions,
        captions: list[list[int]],
        device: torch.device,
    ) -> None:
        """Start from random weights that the recipe's seed decides."""
        torch.manual_seed(recipe.seed)
        self._recipe = recipe
        self._regions = regions
        self._captions = captions
        self._device = device
        self.model = SmallModel(shape).to(device)

    def run(self, stage: Stage) -> Iterator[tuple[int, float]]:
        """Learn for the steps of a stage. Yields the step, from 1, and the loss per token."""
        parts = _parts(self.model, stage)
        self.model.requires_grad_(False)
        for part in parts:
            part.requires_grad_(True)
        learnt = [value for part in parts for value in part.parameters()]
        optimiser = torch.optim.AdamW(learnt, betas=BETAS, weight_decay=self._recipe.weight_decay)
        self.model.train()
        for step in range(stage.steps):
            for group in optimiser.param_groups:
                group["lr"] = stage.peak_rate * rate_factor(
                    step, stage.steps, stage.warmup, stage.floor
                )
            optimiser.zero_grad()
            loss = self._loss(self._rows(stage, step), stage)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(learnt, self._recipe.largest_gradient)
            optimiser.step()
            yield step + 1, loss.item()
        self.model.eval()

    def _rows(self, stage: Stage, step: int) -> NDArray[np.int64]:
        """The draws of a step: the stage, the seed and the step alone decide."""
        place = [one.name for one in self._recipe.stages].index(stage.name)
        rng = np.random.default_rng((self._recipe.seed, place, step))
        return rng.integers(len(self._captions), size=self._recipe.batches.size)

    def _loss(self, rows: NDArray[np.int64], stage: Stage) -> Tensor:
        """The mean over tokens."""
        ids, mask = padded([self._captions[row] for row in rows], self.model.shape.end)
        ids, mask = ids.to(self._device), mask.to(self._device)
        seen = None if stage.trains == "decoder" else self._see(rows)
        losses = self.model.losses(seen, ids, mask)
        return losses.sum() / mask[:, 1:].sum()

    def _see(self, rows: NDArray[np.int64]) -> Tensor:
        regions = torch.from_numpy(self._regions[rows].astype(np.float32))
        return self.model.see(regions.to(self._device))


def _parts(model: SmallModel, stage: Stage) -> list[nn.Module]:
    return {
        "decoder": [model.decoder],
        "projector": [model.projector],
        "both": [model.projector, model.decoder],
    }[stage.trains]
