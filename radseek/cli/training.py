"""`radseek train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radseek.cli.options import DeviceOption
from radseek.cli.output import put, say

if TYPE_CHECKING:
    from training.contrastive import Progress

app = typer.Typer(help="Train an encoder on image and text pairs.", no_args_is_help=True)


@app.callback()
def train() -> None:
    """Train an encoder on image and text pairs."""


@app.command()
def contrastive(
    config: Annotated[Path, typer.Argument(help="Recipe in TOML; see docs/training.md.")],
    data: Annotated[Path, typer.Option("--data", help="Folder with manifest.csv.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of checkpoints and weights.")],
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the checkpoint.")] = False,
    device: DeviceOption = None,
) -> None:
    """Train a dual encoder with the contrastive loss; prints the folder of its weights."""
    from radseek.training import train_contrastive

    model = train_contrastive(
        config, data, out, device=device or "auto", resume=resume, progress=_show
    )
    put(str(model))


def _show(progress: "Progress") -> None:
    figures = "".join(f"  {name} {value:.3f}" for name, value in progress.metrics.items())
    say(
        f"{progress.phase}: step {progress.step} of {progress.steps}  loss {progress.loss:.4f}"
        f"  rate {progress.rate:.1e}  {progress.images_per_second:.0f} images/s{figures}"
    )
