"""`radseek verify`, `rebuild` and `backup`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.options import (
    CollectionOption,
    HomeOption,
    IndexOption,
    JsonOption,
    settings_of,
)
from radseek.cli.output import put, put_json, say

if TYPE_CHECKING:
    from storage.verify import Verified
    from storage.verify_findings import CheckProgress


def verify(
    ctx: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not read the embeddings and thumbnails.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Read all thumbnails and the whole index, not a sample.")
    ] = False,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check the collection, without changing it: rows, embeddings, index, thumbnails.

    It may run while others search and index. Exit code 0: nothing is wrong. 1: something is, and
    each finding says what to do.
    """
    from radseek.upkeep import verify_collection
    from storage.verify_findings import Depth

    if quick and full:
        raise InvalidRequest("A check is either --quick or --full. Name one of them, or neither.")
    depth = Depth.QUICK if quick else Depth.FULL if full else Depth.USUAL
    settings = settings_of(ctx, home, collection)
    say(f"radseek: checking {settings.collection!r}")
    with check_bar() as show:
        verified = verify_collection(settings, depth, show)
    _put_verified(verified, as_json)
    raise typer.Exit(0 if verified.is_sound else 1)


_LEFT = "their files are gone, have changed, or cannot be read now"


def rebuild(
    ctx: typer.Context,
    thumbnails: Annotated[
        bool, typer.Option("--thumbnails", help="Make missing thumbnails from the files, too.")
    ] = False,
    index: IndexOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the index anew from the embeddings, then check the collection as `verify` does.

    Exit code 0: nothing is wrong now. 1: something still is.
    """
    from radseek.upkeep import rebuild_collection, rebuild_thumbnails

    settings = settings_of(ctx, home, collection, index=index)
    say(f"radseek: making the caches of {settings.collection!r} anew")
    with check_bar() as show:
        remade = rebuild_thumbnails(settings, show) if thumbnails else None
        verified = rebuild_collection(settings, show)
    if remade is not None:
        say(f"radseek: {counted(remade.made, 'thumbnail')} made, {remade.left} left: {_LEFT}")
    _put_verified(verified, as_json)
    raise typer.Exit(0 if verified.is_sound else 1)


def backup(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="New folder, or an empty one.")],
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the collection into a new folder and check the copy.

    It may run while others search and index; what is committed meanwhile is not in it. The index
    is left out: `radseek rebuild` makes it again.
    """
    from radseek.upkeep import back_up_collection

    settings = settings_of(ctx, home, collection)
    say(f"radseek: saving {settings.collection!r} to {folder}")
    with check_bar() as show:
        made = back_up_collection(settings, folder, show)
    if as_json:
        put_json({**asdict(made), "folder": str(folder)})
        return
    size = sum(file.bytes for file in made.files)
    pictures = counted(made.pictures, "picture")
    put(f"{pictures}, up to batch {made.sequence}, {size / 1e6:.0f} MB in {folder}")


def _put_verified(verified: "Verified", as_json: bool) -> None:
    if as_json:
        put_json(_verified_json(verified))
        return
    for finding in verified.findings:
        put(f"{finding.severity:<7} {finding.code}  {finding.count}  {finding.where}")
        put(f"        {finding.sentence}")
    if verified.is_sound:
        put(f"Sound: {counted(verified.pictures, 'picture')}, up to batch {verified.sequence}.")


def _verified_json(verified: "Verified") -> dict[str, Any]:
    return {
        "collection": verified.name,
        "sound": verified.is_sound,
        "sequence": verified.sequence,
        "pictures": verified.pictures,
        "findings": [
            {
                "severity": finding.severity.value,
                "code": finding.code.value,
                "count": finding.count,
                "where": finding.where,
                "sentence": finding.sentence,
            }
            for finding in verified.findings
        ],
    }


@contextmanager
def check_bar() -> Iterator[Callable[["CheckProgress"], None]]:
    """A bar on stderr; yields what moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("opening", total=1)

        def show(progress: "CheckProgress") -> None:
            bar.update(
                task,
                description=progress.step,
                total=max(progress.total, 1),
                completed=progress.done,
            )

        yield show
