"""One model in training: what a step does to it, and what is needed to go on later."""

import math
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from itertools import accumulate

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from encoders.medimageinsight.config import UniCLConfig
from encoders.medimageinsight.model import UniCL
from encoders.medimageinsight.pixels import normalise
from encoders.medimageinsight.text import pad_ids
from training.average import WeightAverage
from training.examples import Batch
from training.losses import contrastive_loss, likeness_loss
from training.output import Checkpoint
from training.recipe import Likeness, Recipe
from training.schedule import rate_factor
from training.start import start_small


class Trainer:
    """Model, running average and optimiser."""

    def __init__(
        self, recipe: Recipe, config: UniCLConfig, tokenizer: Tokenizer, device: torch.device
    ) -> None:
        """Start from random weights that the recipe's seed decides."""
        torch.manual_seed(recipe.seed)
        self._recipe = recipe
        self._config = config
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())  # a copy: it alone cuts texts off
        self._tokenizer.enable_truncation(config.text.context_length)
        self._device = device
        self.model = UniCL(config)
        start_small(self.model)
        self.model.to(device).train()
        self.average = WeightAverage(self.model, recipe.optimiser.average)
        self._threads = ThreadPoolExecutor(recipe.threads, initializer=_one_core_each)
        self._optimiser = torch.optim.AdamW(
            _groups(self.model, recipe), betas=recipe.optimiser.betas
        )

    def step(self, step: int, batch: Batch) -> float:
        """Learn from one batch; `step` counts from 0 over the whole run. -> the loss."""
        torch.manual_seed((self._recipe.seed << 32) + step)  # stochastic depth, alike on resume
        self._set_rate(step)
        self._optimiser.zero_grad()
        phase, _ = self._recipe.phase_at(step)
        loss = self._learn(batch, phase.likeness or self._recipe.likeness)
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

    def _learn(self, batch: Batch, likeness: Likeness) -> float:
        """Leave the gradient of the loss in the parameters. -> the loss.

        The towers run part by part, each on a thread of its own, and the loss on the whole batch
        between their two halves. Source: Gao et al., "Scaling Deep Contrastive Learning Batch Size
        under Memory Limited Setup" (2021).
        """
        parts = list(self._threads.map(self._embed, self._parts(batch)))
        images = torch.cat([image.detach() for image, _ in parts]).requires_grad_()
        texts = torch.cat([text.detach() for _, text in parts]).requires_grad_()
        loss = self._loss(images, texts, batch, likeness)
        scale = self.model.logit_scale
        to_images, to_texts, scale.grad = torch.autograd.grad(loss, (images, texts, scale))
        sizes = [len(image) for image, _ in parts]
        gradients = zip(torch.split(to_images, sizes), torch.split(to_texts, sizes), strict=True)
        list(self._threads.map(torch.autograd.backward, parts, gradients))
        return loss.item()

    def _loss(self, images: Tensor, texts: Tensor, batch: Batch, likeness: Likeness) -> Tensor:
        logits = self.model.logit_scale.exp() * texts @ images.T
        positive, negative, same, different = (
            mask.to(self._device)
            for mask in (batch.positive, batch.negative, batch.same, batch.different)
        )
        alike = likeness_loss(images, same, different, likeness.scale)
        return contrastive_loss(logits, positive, negative) + likeness.weight * alike

    def _parts(self, batch: Batch) -> list[tuple[Tensor, list[str]]]:
        pictures = batch.pictures.chunk(self._recipe.threads)
        starts = [0, *accumulate(len(part) for part in pictures)]
        return [
            (part, batch.texts[start : start + len(part)])
            for part, start in zip(pictures, starts, strict=False)
        ]

    def _embed(self, part: tuple[Tensor, list[str]]) -> tuple[Tensor, Tensor]:
        """Unit rows of pictures and of texts."""
        pictures, texts = part
        grey = pictures.to(self._device).mul(255)
        pixels = normalise(grey[..., None].repeat(1, 1, 1, 3), self._config.image)
        ids, mask = (numbers.to(self._device) for numbers in self._numbered(texts))
        lowered = torch.autocast(
            self._device.type, torch.bfloat16, enabled=self._recipe.mixed_precision
        )
        with lowered, _attention(self._device):
            return self.model.encode_images(pixels), self.model.encode_texts(ids, mask)

    def _numbered(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        """Token ids (B, L) and the mask of real ones."""
        return pad_ids([encoding.ids for encoding in self._tokenizer.encode_batch(texts)])

    def _set_rate(self, step: int) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = self.rate(step)

    @torch.no_grad()
    def _limit_scale(self) -> None:
        self.model.logit_scale.clamp_(0, math.log(self._recipe.optimiser.largest_scale))


def _groups(model: UniCL, recipe: Recipe) -> list[dict[str, object]]:
    """Weight decay for matrices; none for biases, norms and the temperature."""
    matrices = [value for value in model.parameters() if value.dim() > 1]
    others = [value for value in model.parameters() if value.dim() <= 1]
    decay = recipe.optimiser.weight_decay
    return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


def _attention(device: torch.device) -> AbstractContextManager[None]:
    """On a CPU, plain products train small windows a third faster than the fused kernel."""
    return sdpa_kernel([SDPBackend.MATH]) if device.type == "cpu" else nullcontext()


def _one_core_each() -> None:
    """Parts run beside each other; threads within an operation would only wait for one another."""
    torch.set_num_threads(1)
