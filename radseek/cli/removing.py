"""`radseek remove`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.indexing import stop_on_interrupt
from radseek.cli.options import CollectionOption, HomeOption, JsonOption, settings_of
from radseek.cli.output import put, put_json, say

if TYPE_CHECKING:
    from storage.selection import Selection

COME_BACK = "They stay on disk, and come in again when their folder is indexed."


def remove(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Files, folders and archives, which need not be there.", show_default=False
        ),
    ] = None,
    study: Annotated[
        str | None, typer.Option("--study", help="Study Instance UID.", show_default=False)
    ] = None,
    series: Annotated[
        str | None, typer.Option("--series", help="Series Instance UID.", show_default=False)
    ] = None,
    skipped: Annotated[
        bool, typer.Option("--skipped", help="All files that could not be read.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many files.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take files out of the collection, never off the disk.

    They come in again when their folder is indexed. Exit code 0: they are out. 1: failure, or the
    question was not answered with yes. 130: stopped.
    """
    from indexer.report import ExitCode
    from radseek.archive import open_archive

    selection = _selection(paths or [], study, series, skipped)
    with open_archive(settings_of(ctx, home, collection)) as archive:
        number = archive.reader().how_many(selection)
        if number and not (dry_run or yes):
            _ask(number, archive.settings.collection)
        with stop_on_interrupt() as stop:
            removed = 0 if dry_run else archive.remove(selection, stop.is_set)
    if as_json:
        put_json({"files": number, "removed": removed})
    elif dry_run:
        put(f"{counted(number, 'file')} would be taken out. {COME_BACK}")
    else:
        put(f"Taken out: {removed} of {counted(number, 'file')}. {COME_BACK}")
    if removed < number and not dry_run:
        raise typer.Exit(ExitCode.INTERRUPTED)


def _selection(
    paths: list[Path], study: str | None, series: str | None, skipped: bool
) -> "Selection":
    """What was asked for. Raises InvalidRequest for nothing, or for more than one thing."""
    from storage.selection import Selection

    asked = [bool(paths), study is not None, series is not None, skipped]
    if sum(asked) != 1:
        raise InvalidRequest(
            "Name what to take out: paths, or one of --study, --series, --skipped."
        )
    under = tuple(path.resolve() for path in paths)
    return Selection(under, study, series, skipped)


def _ask(number: int, collection: str) -> None:
    say(f"radseek: to be taken out of {collection!r}: {counted(number, 'file')}. {COME_BACK}")
    typer.confirm("Take them out?", abort=True, err=True)
