"""The progress bar of an indexing run, on stderr."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from indexer.report import Progress as Counts


@contextmanager
def progress_bar(device: str) -> Iterator[Callable[[Counts], None]]:
    """A bar with files, images a second, skipped, time left and device; yields what moves it."""
    bar = Progress(
        TextColumn("indexing"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} files"),
        TextColumn("{task.fields[rate]:.0f} images/s"),
        TextColumn("{task.fields[skipped]} skipped"),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn(f"on {device}"),
        console=Console(stderr=True),
    )
    with bar:
        task = bar.add_task("indexing", total=0, rate=0.0, skipped=0)

        def show(counts: Counts) -> None:
            bar.update(
                task,
                total=counts.files,
                completed=counts.done,
                rate=counts.images_per_second,
                skipped=counts.skipped,
            )

        yield show
