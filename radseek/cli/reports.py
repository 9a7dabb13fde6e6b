"""`radseek reports`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.counting import counted, noun
from radseek.cli.options import CollectionOption, HomeOption, JsonOption, settings_of
from radseek.cli.output import put, put_json, say

if TYPE_CHECKING:
    from indexer.giving_reports import Given

SHOWN = 20  # lines that are listed


def reports(
    ctx: typer.Context,
    table: Annotated[
        Path, typer.Argument(help="CSV with the columns text and study_uid, or another name.")
    ],
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give studies their reports, so that pictures are found by what these say.

    A row names its study by `study_uid`, `sop_uid`, `accession` or `path`, and may be repeated; one
    without a text takes back what was given. Exit code 0: all were kept. 3: some are of studies
    that are not indexed. 1: failure.
    """
    from indexer.report import ExitCode
    from radseek.archive import open_archive

    with open_archive(settings_of(ctx, home, collection)) as archive:
        given = archive.give_reports(table)
    if as_json:
        put_json(asdict(given))
    else:
        _put(given)
    if given.unknown:
        raise typer.Exit(ExitCode.SOME_SKIPPED)


def _put(given: "Given") -> None:
    studies = counted(given.studies, "study", "studies")
    put(f"{counted(given.reports, 'row')}: {studies} with a report now")
    if not given.unknown:
        return
    number = len(given.unknown)
    first = ", ".join(map(str, given.unknown[:SHOWN]))
    more = f" and {number - SHOWN} more" if number > SHOWN else ""
    say(
        f"radseek: nothing that is indexed is named by {counted(number, 'row')}: "
        f"{noun(number, 'line')} {first}{more}"
    )
