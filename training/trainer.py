"""One model in training: what a step does to it, and what is needed to go on later."""

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from encoders.towers import DualModel
from training.average import WeightAverage
from training.examples import Batch
from training.gradient import Rows, learn_beside, learn_in_turn
from training.losses import blocks
from training.objective import Objective
from training.output import Checkpoint
from training.processes import Processes
from training.recipe import Likeness, Recipe
from training.schedule import rate_factor
from training.tuning import merged, tune


@dataclass(frozen=True, slots=True)
class Part:
    """Some pairs of a batch, as the towers take them."""

    pictures: Tensor  # float (b, side, side) in 0..1
    ids: Tensor  # (b, L)
    mask: Tensor  # (b, L)
    seed: int | None = None  # of what is random in the towers; None: as the step has left it


class Trainer:
    """Model, running average and optimiser."""

    def __init__(
        self,
        recipe: Recipe,
        model: DualModel,
        device: torch.device,
        processes: Processes = Processes(),  # noqa: B008 (frozen)
    ) -> None:
        """Take over a loaded model. Raises TrainingError for what it cannot be trained by."""
        torch.manual_seed(recipe.seed)
        self._recipe = recipe
        self._given = model
        self._device = device
        self._processes = processes
        self.model = model.tower
        self._resting = tune(self.model, recipe.tuning)
        self.model.to(device)
        self._objective = Objective(recipe, self.model, self._computing)
        self.average = WeightAverage(self.model, recipe.optimiser.average)
        self._threads = ThreadPoolExecutor(recipe.threads, initializer=_one_core_each)
        self._optimiser = torch.optim.AdamW(
            _groups(self.model, recipe), betas=recipe.optimiser.betas
        )

    def step(self, step: int, batch: Batch) -> float:
        """Learn from one batch; `step` counts from 0 over the whole run. -> the loss."""
        torch.manual_seed(self._seed(step))  # stochastic depth, alike on resume
        self._set_rate(step)
        self._set_modes()
        self._optimiser.zero_grad()
        phase, _ = self._recipe.phase_at(step)
        loss = self._learn(step, batch, phase.likeness or self._recipe.likeness)
        nn.utils.clip_grad_norm_(self.model.parameters(), self._recipe.optimiser.largest_gradient)
        self._optimiser.step()
        self._limit_scale()
        self.average.update(self.model, step)
        return loss

    def rate(self, step: int) -> float:
        """The learning rate of a step."""
        phase, within = self._recipe.phase_at(step)
        return phase.peak_rate * rate_factor(within, phase.steps, phase.warmup, phase.floor)

    def checkpoint(self, steps_taken: int) -> Checkpoint:
        """All that the next step depends on."""
        return Checkpoint(
            steps_taken,
            self.model.state_dict(),
            self.average.weights,
            self._optimiser.state_dict(),
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of the same recipe."""
        self.model.load_state_dict(checkpoint.model)
        self.average.restore(checkpoint.average)
        self._optimiser.load_state_dict(dict(checkpoint.optimiser))

    def weights(self) -> Mapping[str, Tensor]:
        """The averaged weights under the names of the encoder."""
        return merged(self.model, self.average.weights, self._recipe.tuning)

    def _learn(self, step: int, batch: Batch, alike: Likeness) -> float:
        """Leave the gradient of the loss in the parameters. -> the loss."""
        ids, mask = self._numbered(batch.texts)
        parts = list(self._parts(step, Part(batch.pictures, ids, mask)))
        pieces = partial(self._pieces, step, mask.to(self._device), batch, alike)
        if len(parts) <= self._recipe.threads:
            return learn_beside(
                parts, self._embed, pieces, self._threads, self._processes, self.model
            )
        return learn_in_turn(parts, self._embed, pieces, self._processes, self.model)

    def _parts(self, step: int, batch: Part) -> Iterator[Part]:
        """This process's share of a batch, as many pairs at once as the recipe says."""
        share = self._processes.share(len(batch.ids))
        pictures, ids, mask = batch.pictures[share], batch.ids[share], batch.mask[share]
        at_once = self._recipe.batches.at_once
        for rows in blocks(len(ids), at_once or -(-len(ids) // self._recipe.threads)):
            seed = self._seed(step, 1, share.start + rows.start) if at_once else None
            yield Part(pictures[rows], ids[rows], mask[rows], seed)

    def _embed(self, part: Part) -> Rows:
        """What the towers give for a part."""
        if part.seed is not None:
            torch.manual_seed(part.seed)
        grey = part.pictures.to(self._device).mul(255)
        pixels = self._given.normalise(grey[..., None].repeat(1, 1, 1, 3))
        return self._objective.rows(pixels, part.ids.to(self._device), part.mask.to(self._device))

    def _pieces(
        self, step: int, mask: Tensor, batch: Batch, alike: Likeness, rows: Rows
    ) -> Iterator[Tensor]:
        torch.manual_seed(self._seed(step, 2))  # wrong pairs are drawn alike in every process
        yield from self._objective.pieces(rows, mask, batch, alike)

    def _numbered(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        """Token ids (B, L) and the mask of real ones."""
        return self._given.tokens.pad(self._given.tokens.encode(texts))

    @contextmanager
    def _computing(self) -> Iterator[None]:
        """On a CPU, plain products train small windows a third faster than the fused kernel."""
        kind, lowered = self._device.type, self._recipe.mixed_precision
        with ExitStack() as stack:
            stack.enter_context(torch.autocast(kind, torch.bfloat16, enabled=lowered))
            if kind == "cpu":
                stack.enter_context(sdpa_kernel([SDPBackend.MATH]))
            yield

    def _seed(self, *numbers: int) -> int:
        """A seed of its own for each step, and for each thing that is drawn in it."""
        drawn = np.random.SeedSequence((self._recipe.seed, *numbers)).generate_state(1, np.uint64)
        return int(drawn[0])

    def _set_modes(self) -> None:
        self.model.train()
        for module in self._resting:
            module.eval()

    def _set_rate(self, step: int) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = self.rate(step)

    @torch.no_grad()
    def _limit_scale(self) -> None:
        self.model.logit_scale.clamp_(0, math.log(self._recipe.optimiser.largest_scale))


def _groups(model: nn.Module, recipe: Recipe) -> list[dict[str, object]]:
    """Weight decay for matrices; none for biases, norms and the temperature."""
    learning = [value for value in model.parameters() if value.requires_grad]
    matrices = [value for value in learning if value.dim() > 1]
    others = [value for value in learning if value.dim() <= 1]
    decay = recipe.optimiser.weight_decay
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


def _one_core_each() -> None:
    """Parts run beside each other; threads within an operation would only wait for one another."""
    torch.set_num_threads(1)
