"""`radseek train`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidRequest
from radseek.cli.options import DeviceOption, HomeOption, settings_of
from radseek.cli.output import put, say

if TYPE_CHECKING:
    from radseek.settings import Settings
    from training.captioner.train import StageProgress
    from training.contrastive import Progress
    from training.manifest import TrainingSet

app = typer.Typer(help="Train an encoder or a captioner on images and texts.", no_args_is_help=True)


@app.callback()
def train() -> None:
    """Train an encoder or a captioner on images and texts."""


@app.command()
def contrastive(
    ctx: typer.Context,
    config: Annotated[Path, typer.Argument(help="Recipe in TOML; see docs/training.md.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of checkpoints and weights.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Folder with manifest.csv.", show_default=False)
    ] = None,
    home: HomeOption = None,
    collection: Annotated[
        str | None,
        typer.Option(
            "--collection",
            help="Instead of --data: a collection with its reports.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the checkpoint.")] = False,
    device: DeviceOption = None,
) -> None:
    """Train a dual encoder with the contrastive loss; prints the folder of its weights."""
    from radseek.training import train_contrastive
    from training.processes import is_first

    model = train_contrastive(
        config,
        _training_set(settings_of(ctx, home, collection), data, collection),
        out,
        device=device or "auto",
        resume=resume,
        progress=_show,
    )
    if is_first():
        put(str(model))


def _training_set(settings: "Settings", data: Path | None, collection: str | None) -> "TrainingSet":
    from radseek.archive import open_archive
    from radseek.training import collection_set
    from training.manifest import read_set

    if (data is None) == (collection is None):
        raise InvalidRequest(
            "Say what to learn from: --data FOLDER with a manifest.csv, or --collection NAME."
        )
    if data is not None:
        return read_set(data)
    with open_archive(settings) as archive:
        return collection_set(archive.reader())


@app.command()
def captioner(
    config: Annotated[Path, typer.Argument(help="Recipe in TOML; see docs/training.md.")],
    data: Annotated[Path, typer.Option("--data", help="Folder with manifest.csv.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of weights.")],
    device: DeviceOption = None,
) -> None:
    """Train a captioner on an encoder that stays as it is; prints the folder of its weights."""
    from radseek.captioner_training import train_captioner_by

    put(str(train_captioner_by(config, data, out, device=device or "auto", progress=_show_stage)))


def _show_stage(progress: "StageProgress") -> None:
    figures = "".join(f"  {name} {value:.3f}" for name, value in progress.metrics.items())
    say(
        f"{progress.stage}: step {progress.step} of {progress.steps}  loss {progress.loss:.4f}"
        f"{figures}"
    )


def _show(progress: "Progress") -> None:
    figures = "".join(f"  {name} {value:.3f}" for name, value in progress.metrics.items())
    say(
        f"{progress.phase}: step {progress.step} of {progress.steps}  loss {progress.loss:.4f}"
        f"  rate {progress.rate:.1e}  {progress.images_per_second:.0f} images/s{figures}"
    )
