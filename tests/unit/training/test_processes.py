"""Two processes that share each batch learn what one learns with the whole of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from core.errors import TrainingError
from encoders.registry import load_towers
from tests.tiny_resnet_bert import write_tiny
from training.examples import Batch
from training.processes import Processes, started
from training.recipe import Batches, Phase, Recipe
from training.trainer import Trainer

STEPS, SIZE = 3, 8
ROOT = Path(__file__).parents[3]


def recipe_of(folder: Path) -> Recipe:
    return Recipe(
        phases=(Phase("only", STEPS, 1e-2, (64,), warmup=1),),
        encoder="resnet_bert",
        start_from=".",
        mixed_precision=False,
        batches=Batches(size=SIZE),
        folder=folder,
    )


def batch(step: int) -> Batch:
    rng = torch.Generator().manual_seed(step)
    own = torch.eye(SIZE, dtype=torch.bool)
    texts = [f"picture {step} {row} with words {'x' * row}" for row in range(SIZE)]
    return Batch(torch.rand(SIZE, 64, 64, generator=rng), texts, own, ~own, own, ~own)


def learn(folder: Path, processes: Processes) -> dict[str, dict[str, Tensor]]:
    """The gradients of the first step, and the weights after some.

    Batch norms rest, which see a part by itself, and so does dropout.
    """
    model = load_towers("resnet_bert", folder)
    trainer = Trainer(recipe_of(folder), model, torch.device("cpu"), processes)
    trainer._resting = [model.tower.image, model.tower.text]
    trainer.step(0, batch(0))
    parameters = model.tower.named_parameters()
    gradients = {key: one.grad.clone() for key, one in parameters if one.grad is not None}
    for step in range(1, STEPS):
        trainer.step(step, batch(step))
    return {"gradients": gradients, "weights": dict(model.tower.state_dict())}


def main() -> None:
    """One of the processes that torchrun starts."""
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    with started() as processes:
        torch.save(learn(folder, processes), folder / f"rank{processes.rank}.pt")


@pytest.mark.slow
def test_two_processes_learn_what_one_does(tmp_path: Path) -> None:
    write_tiny(tmp_path)
    alone = learn(tmp_path, Processes())

    launched = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone",
         __file__, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert launched.returncode == 0, launched.stderr
    first, second = (torch.load(tmp_path / f"rank{rank}.pt") for rank in (0, 1))
    for key, expected in alone["gradients"].items():
        torch.testing.assert_close(first["gradients"][key], expected, atol=1e-6, rtol=1e-3)
    for key, expected in first["weights"].items():
        assert torch.equal(second["weights"][key], expected)
    assert {"fusion.head.weight", "logit_scale", "image.embedder.embedder.convolution.weight"} <= {
        key for key, gradient in alone["gradients"].items() if gradient.abs().max() > 1e-4
    }


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    assert Processes(1, 2).share(8) == slice(4, 8)
    with pytest.raises(TrainingError, match=r"`batches\.size` that they divide"):
        Processes(0, 3).share(8)


if __name__ == "__main__":
    main()
