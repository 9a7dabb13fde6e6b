"""`radseek watch`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from radseek.cli.indexing import (
    AcceptEmptyOption,
    KeepMissingOption,
    missing_of,
    report_json,
    stop_on_interrupt,
    summary,
)
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


def watch(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Folders.")],
    quiet: Annotated[
        float,
        typer.Option("--quiet", min=0.1, help="Seconds without a change until a file is whole."),
    ] = 5.0,
    full_every: Annotated[
        float,
        typer.Option("--full-every", min=0, help="Hours between walks through all; 0: never."),
    ] = 24.0,
    poll: Annotated[
        bool,
        typer.Option("--poll", help="Look at all files again and again, as on network drives."),
    ] = False,
    keep_missing: KeepMissingOption = False,
    accept_empty: AcceptEmptyOption = False,
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Index folders, then follow them: new, changed, moved and deleted files as they come to rest.

    It goes on until Ctrl-C, and prints a line for each batch. Other commands may write to the
    collection between two batches. Exit code 0, or 1: failure.
    """
    from indexer.plan import check_paths
    from radseek.archive import open_archive
    from radseek.watching import Following, Watch

    check_paths(paths)
    following = Following(quiet, full_every, poll, missing_of(keep_missing, accept_empty))
    settings = settings_of(ctx, home, collection, encoder=encoder, weights=weights, device=device)

    def tell(report: "Report") -> None:
        if as_json:
            put_json(report_json(report))
            return
        first, *others = summary(report)
        put(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}  {first}")
        for line in others:
            put(line)

    say(f"radseek: following for {settings.collection!r} until Ctrl-C")
    with open_archive(settings) as archive, stop_on_interrupt() as stop:
        Watch(archive, paths, following, tell, stop).run()
