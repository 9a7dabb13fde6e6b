"""`radseek reindex`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidRequest
from radseek.cli.indexing import SlicesOption, report_json, stop_on_interrupt, summary
from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    EncoderOption,
    HomeOption,
    JsonOption,
    RenderingOption,
    WeightsOption,
    settings_of,
)
from radseek.cli.output import place_json, put, put_json, say

if TYPE_CHECKING:
    from radseek.reindexing import Reindexed
    from radseek.settings import Settings


def reindex(
    ctx: typer.Context,
    switch_anyway: Annotated[
        bool,
        typer.Option(
            "--switch-anyway", help="Serve the new edition even if many pictures are lost."
        ),
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="Serve the edition that was served before, at once.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the complete edition that is not served.")
    ] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Delete the edition that is not finished.")
    ] = False,
    missing: Annotated[
        bool,
        typer.Option(
            "--missing", help="List the files whose pictures the edition beside lacks, and end."
        ),
    ] = False,
    adapter: Annotated[
        str | None,
        typer.Option(
            "--adapter",
            help="Make the edition of the embeddings that are there, by this adapter.",
            show_default=False,
        ),
    ] = None,
    rendering: RenderingOption = None,
    slices: SlicesOption = None,
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the collection anew with another encoder or rendering, while the old one is served.

    All files that the collection knows are read again, into an edition beside it. When it has them
    all it is served in place of the old one, which is kept. Run it again to go on after a stop.
    Exit code 0: the new edition is served. 3: so it is, and some files were skipped. 130: stopped.
    1: failure, or too much is missing to switch.
    """
    from radseek.reindexing import reindex_through, remove_other, serve_other

    if back + prune + discard + missing + switch_anyway + (adapter is not None) > 1:
        raise InvalidRequest(
            "Name one of --back, --prune, --discard, --missing, --switch-anyway and --adapter."
        )
    if adapter is not None and any(
        given is not None for given in (rendering, slices, encoder, weights)
    ):
        raise InvalidRequest(
            "An adapter turns the embeddings that are there. Leave --encoder, --weights, "
            "--rendering and --slices out."
        )
    settings = settings_of(
        ctx,
        home,
        collection,
        encoder=encoder,
        weights=weights,
        device=device,
        rendering=rendering,
        slices_per_series=slices,
    )
    if back:
        _tell("served", serve_other(settings), as_json)
    elif prune or discard:
        _tell("deleted", remove_other(settings, complete=prune), as_json)
    elif adapter is not None:
        say(f"radseek: turning the embeddings of {settings.collection!r}")
        _tell("served", reindex_through(settings, adapter), as_json)
    elif missing:
        _list_missing(settings, as_json)
    else:
        _make(settings, switch_anyway, as_json)


def _make(settings: "Settings", switch_anyway: bool, as_json: bool) -> None:
    from radseek.cli.progress import progress_bar
    from radseek.reindexing import reindex

    say(f"radseek: reindexing {settings.collection!r}")
    with stop_on_interrupt() as stop, progress_bar() as show:
        made = reindex(settings, show, stop.is_set, switch_anyway)
    if as_json:
        put_json(_made_json(made))
    else:
        for line in _made_lines(made):
            put(line)
    raise typer.Exit(made.exit_code)


def _list_missing(settings: "Settings", as_json: bool) -> None:
    from radseek.reindexing import missing_files

    files = missing_files(settings)
    if as_json:
        put_json([place_json(place) | {"code": code} for place, code in files])
        return
    for place, code in files:
        put(f"{code:<18} {place}")


def _tell(what: str, number: int, as_json: bool) -> None:
    if as_json:
        put_json({what: number})
    else:
        put(f"{what}: edition {number}")


def _made_json(made: "Reindexed") -> dict[str, Any]:
    return {
        "edition": made.edition,
        "switched": made.switched,
        "stopped": made.stopped,
        "files_with_pictures": made.with_pictures,
        "missing_by_code": made.missing,
        "skipped": made.skipped,
        "label_sets": list(made.label_sets),
        "captioner": made.captioner,
        "runs": [report_json(report) for report in made.reports],
    }


def _made_lines(made: "Reindexed") -> Iterator[str]:
    for report in made.reports:
        if report.progress.files:
            yield from summary(report)
    yield from (f"  missing    {n:>7}  {code}" for code, n in made.missing.items())
    if made.switched:
        yield f"Edition {made.edition} is served now. The one before is kept (--back, --prune)."
        yield from _to_label_again(made)
        yield from _to_describe_again(made)
    elif made.stopped:
        yield "The old edition is still served. Run the same command again to go on."
    else:
        yield (
            f"Edition {made.edition} is not served: {sum(made.missing.values())} of "
            f"{made.with_pictures} files with pictures have none in it (--missing lists them). "
            "Mend what keeps them from being read and run this again, or add --switch-anyway."
        )


def _to_describe_again(made: "Reindexed") -> Iterator[str]:
    if made.captioner:
        yield (
            f"It has no machine texts: those by {made.captioner} stayed with the one before. "
            "Write them again: radseek describe --all."
        )


def _to_label_again(made: "Reindexed") -> Iterator[str]:
    if made.label_sets:
        yield (
            f"It has no zero-shot labels: {', '.join(made.label_sets)} stayed with the one before. "
            "Give them again: radseek label --labels FILE."
        )
