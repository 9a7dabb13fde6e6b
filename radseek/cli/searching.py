"""`radseek search` and `similar`."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidRequest
from radseek.cli.asking import AnswerOptions, request_of
from radseek.cli.cohorts import add_pictures
from radseek.cli.option_groups import grouped
from radseek.cli.options import (
    AdapterOption,
    EncodersOption,
    JsonOption,
    PlaceOptions,
    named_encoders,
    settings_of,
)
from radseek.cli.output import put_json, put_results, results_json, say
from radseek.cli.parts import QueryOptions, and_also, picture_part, query_of
from search.query import Part, Query, TextPart

if TYPE_CHECKING:
    from radseek.archive import Archive
    from radseek.settings import Settings
    from search.request import Request
    from search.results import Results

BatchOption = Annotated[
    Path | None,
    typer.Option("--batch", help="File with one query a line.", show_default=False),
]


@grouped
def search(
    ctx: typer.Context,
    asked: QueryOptions,
    answer: AnswerOptions,
    place: PlaceOptions,
    text: Annotated[str | None, typer.Argument(help="What to look for, in words.")] = None,
    batch: BatchOption = None,
    adapter: AdapterOption = None,
    encoders: EncodersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pictures by words, by pictures, or by both with weights; or by an identifier."""
    with _archive(_settings(ctx, place), adapter) as archive:
        given = _given(text, batch)
        queries = _queries(query_of(archive, asked), given, TextPart, "a text")
        _put_answers(archive, queries, answer, encoders, as_json)


@grouped
def similar(
    ctx: typer.Context,
    asked: QueryOptions,
    answer: AnswerOptions,
    place: PlaceOptions,
    picture: Annotated[
        str | None, typer.Argument(help="An image file, or the id of a hit, as for --like.")
    ] = None,
    batch: BatchOption = None,
    adapter: AdapterOption = None,
    encoders: EncodersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pictures like an image file, like an indexed picture, or series like a whole one."""
    with _archive(_settings(ctx, place), adapter) as archive:
        given, part_of = _given(picture, batch), partial(picture_part, archive)
        queries = _queries(query_of(archive, asked), given, part_of, "an image file or an id")
        _put_answers(archive, queries, answer, encoders, as_json)


def _settings(ctx: typer.Context, place: PlaceOptions) -> "Settings":
    return settings_of(
        ctx, place.home, place.collection, weights=place.weights, device=place.device
    )


def _archive(settings: "Settings", adapter: str | None) -> "Archive":
    from radseek.archive import open_archive

    return open_archive(settings, adapter)


def _given(single: str | None, batch: Path | None) -> list[str]:
    """The argument, or each line of the file. Raises InvalidRequest for both."""
    if single is not None and batch is not None:
        raise InvalidRequest("Give one query, or --batch FILE with one a line, but not both.")
    if batch is None:
        return [] if single is None else [single]
    return [line for line in _read_lines(batch) if line.strip()]


def _read_lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"Cannot read {file} as lines of text: {error}.") from error


def _queries(
    base: Query, given: list[str], part_of: Callable[[str], Part], kind: str
) -> Iterator[tuple[str, Query]]:
    """What is asked: for each that was given, with what the options ask with; or that alone."""
    if given:
        yield from ((line, and_also(base, part_of(line))) for line in given)
    elif base.parts or base.feedback.liked:
        yield "", base
    else:
        raise InvalidRequest(f"Give {kind}, --batch FILE, or an option to ask with such as --like.")


def _put_answers(
    archive: "Archive",
    queries: Iterable[tuple[str, Query]],
    options: AnswerOptions,
    encoders: str | None,
    as_json: bool,
) -> None:
    with _answering(archive, encoders) as search:
        _put_each(archive, search, queries, options, as_json)


@contextmanager
def _answering(
    archive: "Archive", encoders: str | None
) -> Iterator[Callable[["Request"], "Results"]]:
    """How requests are answered: by the collection's encoder, or by two."""
    if encoders is None:
        yield archive.searcher().search
        return
    with archive.beside(named_encoders(encoders)) as other:
        yield partial(archive.searcher().search, second=other.second())


def _put_each(
    archive: "Archive",
    search: Callable[["Request"], "Results"],
    queries: Iterable[tuple[str, Query]],
    options: AnswerOptions,
    as_json: bool,
) -> None:
    for line, query in queries:
        request = request_of(query, options)
        results = search(request)
        if as_json:
            put_json(results_json(line, results))
        else:
            put_results(results, request.unit)
        if options.add_to is not None:
            came = add_pictures(
                archive.reader(), options.add_to, [h.record.id for h in results.hits]
            )
            say(f"radseek: hits that are new in the cohort {options.add_to}: {came}")
