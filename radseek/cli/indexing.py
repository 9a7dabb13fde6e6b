"""`radseek index` and `retry`."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.options import (
    AddressOption,
    CollectionOption,
    DeviceOption,
    EncoderOption,
    EngineOption,
    HomeOption,
    JsonOption,
    RenderingOption,
    StationsOption,
    UnderOption,
    WeightsOption,
    settings_of,
)
from radseek.cli.output import put, put_json, say

if TYPE_CHECKING:
    from indexer.report import Progress, Report
    from indexer.vanishing import Missing
    from radseek.archive import Archive
    from radseek.settings import Settings

    Work = Callable[[Archive, Callable[[Progress], None], Callable[[], bool]], Report]


SlicesOption = Annotated[
    int | None,
    typer.Option(
        "--slices",
        help="Slices of each stack of a series, 0 for all (else the collection's, else 32).",
        show_default=False,
    ),
]


KeepMissingOption = Annotated[
    bool,
    typer.Option("--keep-missing", help="Keep files in the collection that are there no more."),
]
AcceptEmptyOption = Annotated[
    bool,
    typer.Option(
        "--accept-empty", help="Remove also all that a named folder held which is empty now."
    ),
]


def index(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    rendering: RenderingOption = None,
    slices: SlicesOption = None,
    keep_missing: KeepMissingOption = False,
    accept_empty: AcceptEmptyOption = False,
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    engine: EngineOption = None,
    address: AddressOption = None,
    stations: StationsOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Index files and folders. Run it again to continue, or to follow what has changed.

    New files come in, changed ones are embedded anew, and those that are there no more are taken
    out. Exit code 0: all went in. 3: some were skipped (see `radseek skipped`). 1: failure.
    """
    settings = settings_of(
        ctx,
        home,
        collection,
        encoder=encoder,
        weights=weights,
        device=device,
        rendering=rendering,
        slices_per_series=slices,
        engine=engine,
        ray_address=address,
        ray_stations=stations,
    )
    say(f"radseek: indexing into {settings.collection!r}")
    missing = missing_of(keep_missing, accept_empty)
    _run(settings, lambda archive, *told: archive.index(paths, *told, missing), as_json)


def retry(
    ctx: typer.Context,
    code: Annotated[
        str | None,
        typer.Option(
            "--code", help="Only files of this code (else all skipped).", show_default=False
        ),
    ] = None,
    under: UnderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read skipped files again, as after an update or a repair.

    `--code unsupported-syntax` reads those again whose transfer syntax had no decoder, `--code
    no-pixels` the text of reports that an older radseek did not read. Exit code 0: all are in now.
    3: some are still skipped. 1: failure.
    """
    from indexer.again import failures

    settings = settings_of(ctx, home, collection, weights=weights, device=device)
    wanted = failures(code, under)
    say(f"radseek: trying again what was left out of {settings.collection!r}")
    _run(settings, lambda archive, *told: archive.index_again(wanted, *told), as_json)


def missing_of(keep_missing: bool, accept_empty: bool) -> "Missing":
    """What becomes of files that are there no more. Raises InvalidRequest for both options."""
    from indexer.vanishing import Missing

    if keep_missing and accept_empty:
        raise InvalidRequest("Use --keep-missing or --accept-empty: they ask for the opposite.")
    if keep_missing:
        return Missing.KEEP
    return Missing.REMOVE_ALL if accept_empty else Missing.REMOVE


def _run(settings: "Settings", work: "Work", as_json: bool) -> None:
    """Do the work with a progress bar, print what it came to, and end with its exit code."""
    from radseek.archive import open_archive
    from radseek.cli.progress import progress_bar

    with open_archive(settings) as archive, stop_on_interrupt() as stop, progress_bar() as show:
        report = work(archive, show, stop.is_set)
    if as_json:
        put_json(report_json(report))
    else:
        for line in summary(report):
            put(line)
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


def report_json(report: "Report") -> dict[str, Any]:
    """A run as the stable JSON that scripts read."""
    progress = report.progress
    return {
        "files": progress.files,
        "embedded": progress.embedded,
        "catalogued": progress.catalogued,
        "unchanged": progress.unchanged,
        "skipped": progress.skipped,
        "gone": progress.gone,
        "moved": progress.moved,
        "catalogued_by_code": report.catalogued_by_code,
        "skipped_by_code": report.skipped_by_code,
        "copies": report.copies,
        "conflicts": report.conflicts,
        "emptied": {str(folder): kept for folder, kept in report.emptied.items()},
        "pictures": progress.pictures,
        "seconds": round(progress.seconds, 3),
        "images_per_second": round(progress.images_per_second, 1),
        "device": progress.device,
        "stages": {stage: round(seconds, 3) for stage, seconds in progress.stages.items()},
        "complete": report.is_complete,
    }


def summary(report: "Report") -> Iterator[str]:
    """A run in lines for a person."""
    progress = report.progress
    rate = f" ({progress.images_per_second:.0f} images/s on {progress.device})"
    yield (
        f"{counted(progress.files, 'file')}: {progress.embedded} embedded, "
        f"{progress.catalogued} catalogued, "
        f"{progress.unchanged} unchanged, {progress.skipped} skipped; "
        f"{counted(progress.pictures, 'picture')} in {progress.seconds:.1f} s"
        f"{rate if progress.device else ''}"
    )
    yield from (f"  catalogued {n:>7}  {code}" for code, n in report.catalogued_by_code.items())
    yield from (f"  skipped    {n:>7}  {code}" for code, n in report.skipped_by_code.items())
    yield from _changes(report)
    if report.copies:
        yield f"  copies     {report.copies:>7}  with the bytes of another: radseek duplicates"
    if report.conflicts:
        yield f"  conflicts  {report.conflicts:>7}  UIDs of different images: radseek duplicates"
    if progress.skipped:
        yield "See each with its reason: radseek skipped"
    if not report.is_complete:
        yield "Stopped before the end. Run the same command again to continue."


def _changes(report: "Report") -> Iterator[str]:
    """What became of files that were known and are not where they were."""
    if gone := report.progress.gone:
        yield f"  gone       {gone:>7}  are there no more, and were taken out"
    if moved := report.progress.moved:
        yield f"  moved      {moved:>7}  from another place, and not read again"
    for folder, kept in report.emptied.items():
        yield f"  kept       {kept:>7}  of {folder}, which has no file now: is its drive away?"
        yield f"  {'':<18}  If they are gone for good, index it with --accept-empty"
