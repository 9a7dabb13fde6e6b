"""How far a command is, on stderr: a bar for a person, lines for a log."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Final

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

from core.counting import counted
from indexer.report import Progress as Counts
from radseek.cli.output import say

LINE_SECONDS: Final = 60.0


@contextmanager
def progress_bar() -> Iterator[Callable[[Counts], None]]:
    """Yield what shows how far a run is: a bar in a terminal, else a line each minute."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as show:
            yield show
    else:
        yield Lines(say)


def describe(counts: Counts) -> str:
    """What the last seconds brought, and what they were spent waiting for."""
    recent = counts.recent
    parts = [f"{recent.images_per_second:.0f} images/s"]
    if counts.device:
        parts.append(f"on {counts.device}")
    if recent.bottleneck:
        parts.append(f"waits for {recent.bottleneck}")
    if counts.waiting:
        parts.append(f"{counted(counts.waiting, 'slice')} waiting")
    if counts.skipped:
        parts.append(f"{counts.skipped} skipped")
    return ", ".join(parts)


def files_done(counts: Counts) -> str:
    """How many files are done, of those that were found so far."""
    files = counted(counts.files, "file")
    return f"{counts.done} of {files}{' so far' if counts.walking else ''}"


def time_left(counts: Counts) -> str:
    """How long it will take, as hours, minutes and seconds; a dash while nobody knows."""
    seconds = None if counts.walking else counts.seconds_left
    return "-" if seconds is None else str(timedelta(seconds=round(seconds)))


class Lines:
    """A line each minute, for a log."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._say = say
        self._clock = clock
        self._next = clock() + LINE_SECONDS
        self._advise = _once(say)

    def __call__(self, counts: Counts) -> None:
        """Say how far the run is when it is time, and the advice at once."""
        self._advise(counts.advice)
        if self._clock() >= self._next:
            self._next = self._clock() + LINE_SECONDS
            self._say(
                f"radseek: {files_done(counts)}, {describe(counts)}, {time_left(counts)} left"
            )


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """What says the first advice that it is given, and no other."""
    said: list[str] = []

    def advise(advice: str) -> None:
        if advice and not said:
            said.append(advice)
            say(f"radseek: {advice}")

    return advise


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[Counts], None]]:
    """A bar with files, images a second, what is waited for, and the time that is left."""
    bar = Progress(
        TextColumn("indexing"),
        BarColumn(),
        TextColumn("{task.fields[files]}"),
        TextColumn("{task.fields[described]}", markup=False),
        TextColumn("{task.fields[left]} left"),
        console=console,
    )
    with bar:
        task = bar.add_task("indexing", total=0, files="", described="", left="-")
        advise = _once(console.print)

        def show(counts: Counts) -> None:
            advise(counts.advice)
            bar.update(
                task,
                total=counts.files,
                completed=counts.done,
                files=files_done(counts),
                described=describe(counts),
                left=time_left(counts),
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
