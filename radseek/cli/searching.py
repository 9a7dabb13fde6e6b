"""`radseek search` and `similar`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidRequest
from radseek.cli.asking import AnswerOptions, request_of
from radseek.cli.option_groups import grouped
from radseek.cli.options import JsonOption, PlaceOptions, settings_of
from radseek.cli.output import put_json, put_results, results_json
from radseek.cli.pictures import named
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from radseek.archive import Archive
    from radseek.settings import Settings
    from search.query import Query
    from search.results import Results

BatchOption = Annotated[
    Path | None,
    typer.Option("--batch", help="File with one query a line.", show_default=False),
]
SeriesOption = Annotated[
    str | None,
    typer.Option("--series", help="Find series like this one, by its UID.", show_default=False),
]


@grouped
def search(
    ctx: typer.Context,
    answer: AnswerOptions,
    place: PlaceOptions,
    text: Annotated[str | None, typer.Argument(help="What to look for, in words.")] = None,
    batch: BatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pictures by words."""
    from search.query import by_text

    with _archive(_settings(ctx, place)) as archive:
        searcher = archive.searcher()
        for line in _queries(text, batch, "a text"):
            _answer(line, searcher.search(request_of(by_text(line), answer)), as_json)


@grouped
def similar(
    ctx: typer.Context,
    answer: AnswerOptions,
    place: PlaceOptions,
    picture: Annotated[
        str | None, typer.Argument(help="An image file, or the id of a hit.")
    ] = None,
    series: SeriesOption = None,
    batch: BatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pictures like an image file, like an indexed picture, or series like a whole one."""
    with _archive(_settings(ctx, place)) as archive:
        searcher = archive.searcher()
        for line, query in _picture_queries(archive, picture, series, batch):
            _answer(line, searcher.search(request_of(query, answer)), as_json)


def _settings(ctx: typer.Context, place: PlaceOptions) -> "Settings":
    return settings_of(
        ctx, place.home, place.collection, weights=place.weights, device=place.device
    )


def _archive(settings: "Settings") -> "Archive":
    from radseek.archive import open_archive

    return open_archive(settings)


def _queries(single: str | None, batch: Path | None, kind: str) -> Iterator[str]:
    if (single is None) == (batch is None):
        raise InvalidRequest(f"Give either {kind} or --batch FILE.")
    if single is not None:
        yield single
    if batch is not None:
        yield from (line for line in _read_lines(batch) if line.strip())


def _picture_queries(
    archive: "Archive", picture: str | None, series: str | None, batch: Path | None
) -> "Iterator[tuple[str, Query]]":
    from search.query import by_series

    if series is None:
        for line in _queries(picture, batch, "an image file, an id, --series UID"):
            yield line, _picture_query(archive, line)
        return
    if picture is not None or batch is not None:
        raise InvalidRequest("Give one of an image file, an id, --series UID and --batch FILE.")
    yield series, by_series(series)


def _read_lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"Cannot read {file} as lines of text: {error}.") from error


def _answer(line: str, results: "Results", as_json: bool) -> None:
    if as_json:
        put_json(results_json(line, results))
    else:
        put_results(results)


def _picture_query(archive: "Archive", text: str) -> "Query":
    from search.query import Query, by_instance

    if text.isdecimal() and not Path(text).exists():
        return by_instance(int(text))
    with named(text):
        return Query((archive.query_file(location_of(text)),))
