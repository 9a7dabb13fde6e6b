"""`radseek sample`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.counting import counted
from radseek.cli.options import JsonOption
from radseek.cli.output import put, put_json, say

if TYPE_CHECKING:
    from samples.write import Progress, Summary


def sample(
    folder: Annotated[Path, typer.Argument(help="New or empty folder, or a former sample.")],
    patients: Annotated[int, typer.Option("--patients", min=1, help="Invented patients.")] = 40,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other people.")] = 0,
    size: Annotated[
        int, typer.Option("--size", min=64, max=1024, help="Pixels along an image's longer side.")
    ] = 256,
    as_json: JsonOption = False,
) -> None:
    """Write a synthetic DICOM archive whose findings are known; there is no real patient in it."""
    from samples.write import write_archive

    say(f"radseek: writing {counted(patients, 'synthetic patient')} to {folder}")
    with _bar() as show:
        summary = write_archive(folder, patients, seed, show, size)
    if as_json:
        put_json({**asdict(summary), "folder": str(summary.folder)})
    else:
        put(_sentence(summary))


def _sentence(summary: "Summary") -> str:
    return (
        f"{counted(summary.patients, 'synthetic patient')}, "
        f"{counted(summary.studies, 'study', 'studies')}, "
        f"{counted(summary.images, 'image')} and {counted(summary.reports, 'report')} "
        f"({summary.size_bytes / 1e6:.0f} MB) in {summary.folder}; the truth is in truth.csv"
    )


@contextmanager
def _bar() -> Iterator[Callable[["Progress"], None]]:
    """A bar on stderr; yields what moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("writing"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} patients"),
        TextColumn("{task.fields[images]} images"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("writing", total=0, images=0)

        def show(done: "Progress") -> None:
            bar.update(task, total=done.patients, completed=done.patients_done, images=done.images)

        yield show
