"""`radseek train`."""

from pathlib import Path
from typing import Annotated

import typer

from radseek.cli.options import DeviceOption
from radseek.cli.output import put

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
    """Train a dual encoder with the contrastive loss."""
    put(str((config, data, out, resume, device)))
