"""`radseek describe`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.indexing import stop_on_interrupt
from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    HomeOption,
    JsonOption,
    WeightsOption,
    settings_of,
)
from radseek.cli.output import harmless, put, put_json, say
from radseek.cli.parts import PICTURE_ID
from radseek.cli.pictures import named
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from core.types import Location
    from radseek.archive import Archive
    from radseek.describing import Described, Description

CaptionerOption = Annotated[
    str | None,
    typer.Option(
        "--captioner",
        help="mini, or transformers for a checkpoint in a folder (else mini).",
        show_default=False,
    ),
]
CaptionerWeightsOption = Annotated[
    Path | None,
    typer.Option("--captioner-weights", help="Folder of its files.", show_default=False),
]


def describe(
    ctx: typer.Context,
    picture: Annotated[
        str | None, typer.Argument(help="An image file, or the id of a hit.", show_default=False)
    ] = None,
    with_neighbours: Annotated[
        int,
        typer.Option(
            "--with-neighbours", min=0, help="Tell the captioner of so many similar pictures."
        ),
    ] = 0,
    everything: Annotated[
        bool, typer.Option("--all", help="Describe all pictures of the collection, to be searched.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take all machine texts of the collection away.")
    ] = False,
    captioner: CaptionerOption = None,
    captioner_weights: CaptionerWeightsOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a captioner write what a picture shows: machine text, not a report.

    With --all the texts are kept, and words find pictures by them. Run it again after indexing:
    only pictures without a text are described. Exit code 0: done. 1: failure, or pictures whose
    files cannot be read. 130: stopped; run it again to go on.
    """
    from radseek.archive import open_archive

    if (picture is not None) + everything + forget != 1:
        raise InvalidRequest("Name an image file or id, or --all, or --forget: one of these.")
    settings = settings_of(
        ctx,
        home,
        collection,
        weights=weights,
        device=device,
        captioner=captioner,
        captioner_weights=captioner_weights,
    )
    with open_archive(settings) as archive:
        if forget:
            _forget(archive, as_json)
        elif picture is None:
            _describe_all(archive, as_json)
        else:
            _describe(archive, picture, with_neighbours, as_json)


def _describe(archive: "Archive", given: str, neighbours: int, as_json: bool) -> None:
    from radseek.describing import NOT_A_REPORT, Describer

    with named(given):
        found = Describer(archive.settings).describe(archive, _picture(given), neighbours)
    if as_json:
        put_json(description_json(found) | {"notice": NOT_A_REPORT})
        return
    put(harmless(found.text))
    for each in found.neighbours:
        put(f"  told of #{each.id:<7} {each.similarity:6.3f}  {harmless(each.words) or '-'}")
    say(f"radseek: {NOT_A_REPORT} By {found.captioner.name} {found.captioner.version}.")


def _picture(given: str) -> "Location | int":
    number = PICTURE_ID.fullmatch(given)
    return int(number[1]) if number and not Path(given).exists() else location_of(given)


def _describe_all(archive: "Archive", as_json: bool) -> None:
    from indexer.report import ExitCode
    from radseek.describing import NOT_A_REPORT, describe_collection

    with stop_on_interrupt() as stop:
        done = describe_collection(archive, _show, stop.is_set)
    if as_json:
        put_json(asdict(done) | {"notice": NOT_A_REPORT})
    else:
        put(_line(done))
        say(f"radseek: {NOT_A_REPORT}")
    if done.described + done.unreadable < done.pictures:
        raise typer.Exit(ExitCode.INTERRUPTED)
    if done.unreadable:
        say("radseek: files of these cannot be read now; run it again when they are back")
        raise typer.Exit(1)


def _forget(archive: "Archive", as_json: bool) -> None:
    from radseek.describing import forget_descriptions

    forget_descriptions(archive)
    if as_json:
        put_json({"forgotten": True})
    else:
        put("All machine texts are forgotten.")


def _show(done: "Described") -> None:
    say(f"radseek: {_line(done)}")


def _line(done: "Described") -> str:
    unreadable = f", {done.unreadable} cannot be read" if done.unreadable else ""
    pictures = counted(done.pictures, "picture")
    return f"{done.described} of {pictures} described, {done.new} new{unreadable}"


def description_json(found: "Description") -> dict[str, object]:
    """A machine text, who wrote it, and what it was told."""
    return {
        "machine_text": found.text,
        "captioner": asdict(found.captioner),
        "neighbours": [
            asdict(each) | {"similarity": round(each.similarity, 6)} for each in found.neighbours
        ],
    }
