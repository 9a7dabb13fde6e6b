"""`radseek index`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    EncoderOption,
    HomeOption,
    JsonOption,
    WeightsOption,
    settings_of,
)
from radseek.cli.output import put, put_json, say

if TYPE_CHECKING:
    from indexer.report import Report


def index(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Index files and folders. Run it again to continue, or to add what is new.

    Exit code 0: all went in. 3: some were skipped (see `radseek skipped`). 1: failure.
    """
    from radseek.archive import open_archive
    from radseek.cli.progress import progress_bar

    settings = settings_of(ctx, home, collection, encoder=encoder, weights=weights, device=device)
    archive = open_archive(settings)
    with stop_on_interrupt() as stop:
        say(f"radseek: loading the encoder, then indexing into {settings.collection!r}")
        with progress_bar(archive.encoder().device) as show:
            report = archive.index(paths, show, stop.is_set)
    if as_json:
        put_json(_report_json(report))
    else:
        put(_summary(report))
    raise typer.Exit(report.exit_code)


@contextmanager
def stop_on_interrupt() -> Iterator[Event]:
    """The first Ctrl-C asks the run to stop; the second one breaks it off."""
    stop = Event()

    def ask(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        say("radseek: stopping after the batch at hand; run the same command again to continue")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _report_json(report: "Report") -> dict[str, Any]:
    progress = report.progress
    return {
        "files": progress.files,
        "embedded": progress.embedded,
        "unchanged": progress.unchanged,
        "skipped": progress.skipped,
        "skipped_by_code": report.skipped_by_code,
        "pictures": progress.pictures,
        "seconds": round(progress.seconds, 3),
        "images_per_second": round(progress.images_per_second, 1),
        "device": report.device,
        "complete": report.is_complete,
    }


def _summary(report: "Report") -> str:
    progress = report.progress
    lines = [
        f"{progress.files} files: {progress.embedded} embedded as {progress.pictures} pictures, "
        f"{progress.unchanged} unchanged, {progress.skipped} skipped "
        f"in {progress.seconds:.1f} s "
        f"({progress.images_per_second:.0f} images/s on {report.device})"
    ]
    lines += [f"  skipped {count:>6}  {code}" for code, count in report.skipped_by_code.items()]
    if progress.skipped:
        lines.append("See each with its reason: radseek skipped")
    if not report.is_complete:
        lines.append("Stopped before the end. Run the same command again to continue.")
    return "\n".join(lines)
