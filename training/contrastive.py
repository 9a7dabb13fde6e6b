"""Training a dual encoder on images and texts: the run from its recipe to its weights.

`train` writes one folder per phase of the recipe, in the layout that the encoder itself reads.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

from tokenizers import Tokenizer

from core.errors import TrainingError
from encoders.devices import choose_devices
from encoders.registry import load_towers
from training.bpe import train_tokenizer
from training.examples import TrainingImages
from training.manifest import TrainingSet
from training.output import load_checkpoint, save_checkpoint
from training.processes import Processes, started
from training.recipe import Recipe
from training.start import start_folder, write_start
from training.trainer import Trainer

CORPUS = 30_000  # captions that the tokenizer learns from

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is."""

    phase: str
    step: int  # of the whole run, from 1
    steps: int
    loss: float  # mean since the last report
    rate: float
    images_per_second: float
    metrics: Mapping[str, float]  # of the development split; empty but at the end of a phase


Report = Callable[[Progress], None]
DevMetrics = Callable[[Path], Mapping[str, float]]  # folder of a model -> figures by name


def train(
    recipe: Recipe,
    data: TrainingSet,
    out: Path,
    *,
    device: str = "auto",
    resume: bool = False,
    progress: Report | None = None,
    dev_metrics: DevMetrics | None = None,
) -> Path:
    """Train by `recipe` on `data`; the folder of the last phase comes back.

    `resume` goes on from the checkpoint in `out`, if there is one, and ends with the weights
    that an uninterrupted run ends with on the same machine. Of several processes the first alone
    writes, reports and measures. Raises TrainingError.
    """
    out.mkdir(parents=True, exist_ok=True)
    with started() as processes:
        images = processes.in_turn(lambda: TrainingImages(recipe, data, out / "cache"))
        run = _Run(recipe, images, out, device, processes)
        start = run.resume() if resume else 0
        meter = _Meter(recipe)
        for step in range(start, recipe.steps):
            meter.add(run.step(step))
            phase, within = recipe.phase_at(step)
            is_last = within + 1 == phase.steps
            if not processes.leads or (not is_last and (step + 1) % recipe.report_every):
                continue
            metrics = run.finish(phase.name, dev_metrics) if is_last else {}
            run.keep(step + 1)
            (progress or _log)(meter.report(step, run.rate(step), metrics))
        processes.wait()
    return out / recipe.phases[-1].name


class _Run:
    """The trainer with its files."""

    def __init__(
        self,
        recipe: Recipe,
        images: TrainingImages,
        out: Path,
        device: str,
        processes: Processes,
    ) -> None:
        self._images = images
        self._out = out

        def learn() -> Tokenizer:
            return train_tokenizer(images.corpus(CORPUS), recipe.tokens)

        if processes.leads:
            write_start(recipe, learn, out)
        processes.wait()
        self._model = load_towers(recipe.encoder, start_folder(recipe, out))
        devices = choose_devices(device)
        own = devices[processes.rank % len(devices)]
        self._trainer = Trainer(recipe, self._model, own, processes)

    def resume(self) -> int:
        """Go on from the checkpoint. -> the steps it has taken, 0 when there is none.

        Raises TrainingError for the checkpoint of another model.
        """
        try:
            checkpoint = load_checkpoint(self._out)
            if checkpoint:
                self._trainer.restore(checkpoint)
        except (RuntimeError, ValueError, TypeError, UnpicklingError) as error:
            raise TrainingError(
                f"The checkpoint in {self._out} is damaged or of another model. "
                "Name another folder with --out, or leave --resume out to start again."
            ) from error
        return checkpoint.step if checkpoint else 0

    def step(self, step: int) -> float:
        return self._trainer.step(step, self._images.batch(step))

    def rate(self, step: int) -> float:
        return self._trainer.rate(step)

    def keep(self, steps_taken: int) -> None:
        save_checkpoint(self._out, self._trainer.checkpoint(steps_taken))

    def finish(self, phase: str, dev_metrics: DevMetrics | None) -> Mapping[str, float]:
        """Write the averaged weights of a phase and measure them."""
        folder = self._out / phase
        self._model.write(folder, self._trainer.weights())
        return dev_metrics(folder) if dev_metrics else {}


class _Meter:
    """Mean loss and speed since the last report."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._losses: list[float] = []
        self._since = time.monotonic()

    def add(self, loss: float) -> None:
        """Count one step. Raises TrainingError when the loss is no number any more."""
        if math.isnan(loss):
            raise TrainingError(
                "The loss is not a number any more. Lower `peak_rate` and start again."
            )
        self._losses.append(loss)

    def report(self, step: int, rate: float, metrics: Mapping[str, float]) -> Progress:
        """Sum up, and start counting anew."""
        seen = len(self._losses) * self._recipe.batches.size
        now = time.monotonic()
        progress = Progress(
            phase=self._recipe.phase_at(step)[0].name,
            step=step + 1,
            steps=self._recipe.steps,
            loss=sum(self._losses) / len(self._losses),
            rate=rate,
            images_per_second=seen / max(now - self._since, 1e-9),
            metrics=metrics,
        )
        self._losses, self._since = [], now
        return progress


def _log(progress: Progress) -> None:
    log.info(
        "phase=%s step=%d/%d loss=%.4f rate=%.2e images_per_second=%.0f %s",
        progress.phase,
        progress.step,
        progress.steps,
        progress.loss,
        progress.rate,
        progress.images_per_second,
        " ".join(f"{name}={value:.3f}" for name, value in progress.metrics.items()),
    )
