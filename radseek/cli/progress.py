"""Progress bars, on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from indexer.report import Progress as Counts


@contextmanager
def progress_bar() -> Iterator[Callable[[Counts], None]]:
    """A bar with files, images a second, what waits and is skipped; yields what moves it."""
    bar = Progress(
        TextColumn("indexing"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} files"),
        TextColumn("{task.fields[rate]:.0f} images/s"),
        TextColumn("{task.fields[waiting]} slices wait"),
        TextColumn("{task.fields[skipped]} skipped"),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[device]}"),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("indexing", total=0, rate=0.0, waiting=0, skipped=0, device="")

        def show(counts: Counts) -> None:
            bar.update(
                task,
                total=counts.files,
                completed=counts.done,
                rate=counts.images_per_second,
                waiting=counts.waiting,
                skipped=counts.skipped,
                device=counts.device,
            )

        yield show


@contextmanager
def download_bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar for each file that is fetched; yields what moves it: file, bytes, bytes in all."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    tasks: dict[str, TaskID] = {}
    with bar:

        def show(file: str, done: int, total: int | None) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file.rsplit("/", 1)[-1], total=total)
            bar.update(tasks[file], completed=done, total=total)

        yield show
