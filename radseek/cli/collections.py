"""`radseek status`, `skipped`, `catalogued`, `duplicates`, `series` and `collections`."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from core.counting import counted, noun
from core.errors import InvalidRequest
from radseek.cli.options import (
    CollectionOption,
    HomeOption,
    JsonOption,
    UnderOption,
    settings_of,
)
from radseek.cli.output import (
    catalogued_json,
    edition_json,
    place_json,
    put,
    put_facts,
    put_json,
    series_image_json,
    skipped_json,
)
from radseek.cli.runs import run_json, run_line

if TYPE_CHECKING:
    from storage.editions import EditionInfo
    from storage.reader import CollectionReader

Code = TypeVar("Code", bound=StrEnum)

CodeOption = Annotated[
    str | None, typer.Option("--code", help="Only files of this code.", show_default=False)
]


def status(
    ctx: typer.Context,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the collection holds, its encoder, its index."""
    from radseek.reindexing import editions_of
    from storage.run_notes import run_notes

    settings = settings_of(ctx, home, collection)
    info = _reader(ctx, home, collection).info()
    served, beside = editions_of(settings)
    runs = run_notes(settings.home, settings.collection)
    facts: dict[str, object] = {
        "collection": info.name,
        "home": str(settings.home),
        "files": info.files,
        "pictures": info.pictures,
        "catalogued": info.catalogued,
        "pending": info.pending,
        "skipped": info.skipped,
        "copies": info.copies,
        "conflicts": info.conflicts,
        "reports": info.reports,
        "bytes_on_disk": info.bytes_on_disk,
        "rendering": info.rendering,
        "slices_per_series": info.slices_per_series,
        "index": info.index_kind,
        "index_rows": info.index_rows,
        "index_recall": info.index_recall,
        "index_recall_texts": info.index_recall_texts,
        "sequence": info.sequence,
        "updated_at": info.updated_at.isoformat(),
        "edition": served.number,
    }
    codes: dict[str, Mapping[Any, int]] = {
        "catalogued": info.catalogued_by_code,
        "skipped": info.skipped_by_code,
    }
    card = asdict(info.card)
    if as_json:
        by_code = {f"{state}_by_code": counted for state, counted in codes.items()}
        other = None if beside is None else edition_json(beside)
        told = {"beside": other, "runs": [run_json(run) for run in runs], "encoder": card}
        put_json(facts | by_code | told)
        return
    for state, numbers in codes.items():
        facts.update({f"{state} {code}": number for code, number in numbers.items()})
    facts.update({f"encoder {name}": fact for name, fact in card.items()})
    facts.update({f"run {run.work}": run_line(run) for run in runs})
    put_facts(facts | ({} if beside is None else {"beside": _told(beside, served)}))


def _told(beside: "EditionInfo", served: "EditionInfo") -> str:
    """The edition beside the served one in a line."""
    state = (
        "complete"
        if beside.is_complete
        else f"{beside.files} of {counted(served.files, 'file')} so far"
    )
    return (
        f"edition {beside.number}: {beside.binding.card.name} {beside.binding.card.version}, "
        f"{beside.binding.rendering}; {state}; {beside.bytes_on_disk} bytes"
    )


def skipped(
    ctx: typer.Context,
    code: CodeOption = None,
    under: UnderOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """The files that could not be read, each with its code and reason."""
    from core.types import SkipCode

    files = _reader(ctx, home, collection).skipped(_chosen(SkipCode, code), _absolute(under))
    if as_json:
        put_json([skipped_json(file) for file in files])
        return
    for file in files:
        put(f"{file.code.value:<16} {file.location}  {file.reason}")


def catalogued(
    ctx: typer.Context,
    code: CodeOption = None,
    under: UnderOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """The files that are in the catalog without a picture, each with its code and reason."""
    from core.types import CatalogueCode

    files = _reader(ctx, home, collection).catalogued(
        _chosen(CatalogueCode, code), _absolute(under)
    )
    if as_json:
        put_json([catalogued_json(file) for file in files])
        return
    for file in files:
        put(f"{file.code.value:<18} {file.modality or '-':<8} {file.location}  {file.reason}")


def duplicates(
    ctx: typer.Context,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Files that are linked: the same bytes, the same pixels, or one UID with other pixels."""
    groups = _reader(ctx, home, collection).duplicates()
    if as_json:
        put_json(
            [
                {"relation": relation.value, "files": [place_json(place) for place in places]}
                for relation, places in groups
            ]
        )
        return
    for relation, places in groups:
        put(f"{relation.value}  {counted(len(places), 'file')}")
        for place in places:
            put(f"  {place}")


def series(
    ctx: typer.Context,
    uid: Annotated[str, typer.Argument(help="Series Instance UID.")],
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """The images of a series in their order, with the position of each slice in mm."""
    images = _reader(ctx, home, collection).series(uid)
    if as_json:
        put_json([series_image_json(image) for image in images])
        return
    for image in images:
        along = "-" if image.along is None else f"{image.along:.2f}"
        picture = "-" if image.picture_id is None else f"#{image.picture_id}"
        put(f"{along:>10}  {picture:<8} {image.location} frame {image.frame}")


def list_all(ctx: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The collections in the home."""
    from radseek.archive import collections

    infos = collections(settings_of(ctx, home, None))
    if as_json:
        put_json([{"name": i.name, "pictures": i.pictures, "encoder": i.card.name} for i in infos])
        return
    for info in infos:
        pictures = f"{info.pictures:>9} {noun(info.pictures, 'picture'):<8}"
        put(f"{info.name:<24} {pictures}  {info.card.name}")


def _reader(ctx: typer.Context, home: Path | None, collection: str | None) -> "CollectionReader":
    from radseek.archive import open_archive

    return open_archive(settings_of(ctx, home, collection)).reader()


def _chosen(codes: type[Code], name: str | None) -> Code | None:
    """The code of that name. Raises InvalidRequest with the names there are."""
    if name is None:
        return None
    try:
        return codes(name)
    except ValueError as error:
        known = ", ".join(code.value for code in codes)
        raise InvalidRequest(f"There is no code {name!r}. Known: {known}.") from error


def _absolute(under: Path | None) -> Path | None:
    return None if under is None else under.resolve()
