"""`radseek export` and `methods`: what leaves a collection, and how a search was made."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import InvalidRequest, StorageError
from radseek.cli.asking import AnswerOptions, request_of
from radseek.cli.option_groups import grouped
from radseek.cli.options import JsonOption, PlaceOptions, settings_of
from radseek.cli.output import put, put_json, say
from radseek.cli.parts import QueryOptions, and_also, query_of
from search.query import Query, TextPart

if TYPE_CHECKING:
    from radseek.archive import Archive
    from radseek.exporting import Chosen
    from search.request import Request

FORMS = "csv, json, uids, pdf or png (contact sheets), images (PNG in a ZIP) or dicom (in a ZIP)"

SearchOption = Annotated[
    str | None,
    typer.Option("--search", help="Words to search for, in place of a board.", show_default=False),
]


@grouped
def export(
    ctx: typer.Context,
    asked: QueryOptions,
    answer: AnswerOptions,
    place: PlaceOptions,
    to: Annotated[Path, typer.Option("--to", help="File to write, which is not there yet.")],
    form: Annotated[str, typer.Option("--as", help=f"As {FORMS}.")],
    board: Annotated[
        str | None, typer.Argument(help="A cohort, which the page calls a board.")
    ] = None,
    search: SearchOption = None,
    identity: Annotated[
        bool, typer.Option("--identity", help="With columns that name the patient; csv and json.")
    ] = False,
    burned_in: Annotated[
        bool,
        typer.Option("--burned-in", help="Also images that say that writing is burned into them."),
    ] = False,
) -> None:
    """Write the pictures of a board, or the hits of a search, to a file.

    Images and DICOM files are de-identified, but for what is written into their pixels.
    """
    from radseek.exporting import ZIPS, Form, Wanted
    from radseek.exporting import export as exported

    if form not in list(Form):
        raise InvalidRequest(f"Cannot export as {form!r}. Take {FORMS}.")
    wanted = Wanted(Form(form), identity=identity, burned_in=burned_in)
    with _archive(ctx, place) as archive:
        chosen = _chosen(archive, board, _query(archive, asked, search), answer)
        _write(to, lambda: exported(archive, chosen, wanted))
    put(f"{len(chosen.picked)} pictures to {to}")
    if wanted.form in ZIPS:
        say("radseek: look for names and dates in the pixels before you give it away")


@grouped
def methods(
    ctx: typer.Context,
    asked: QueryOptions,
    answer: AnswerOptions,
    place: PlaceOptions,
    search: Annotated[str | None, typer.Argument(help="What is looked for, in words.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print all that makes a search reproducible: encoder, index, collection, query, options.

    Without a query it is about the collection alone. It names no patient.
    """
    from radseek.exporting import methods_of
    from search.exports.methods import in_markdown

    with _archive(ctx, place) as archive:
        query = _query(archive, asked, search)
        card = methods_of(archive, _request(query, answer))
    if as_json:
        put_json(card)
    else:
        for line in in_markdown(card).splitlines():
            put(line)


def _archive(ctx: typer.Context, place: PlaceOptions) -> "Archive":
    from radseek.archive import open_archive

    named: dict[str, Any] = {"weights": place.weights, "device": place.device}
    return open_archive(settings_of(ctx, place.home, place.collection, **named))


def _query(archive: "Archive", asked: QueryOptions, text: str | None) -> Query:
    query = query_of(archive, asked)
    return query if text is None else and_also(query, TextPart(text))


def _request(query: Query, answer: AnswerOptions) -> "Request | None":
    return request_of(query, answer) if query.parts or query.feedback.is_given() else None


def _chosen(archive: "Archive", board: str | None, query: Query, answer: AnswerOptions) -> "Chosen":
    from radseek.exporting import of_board, of_search

    request = _request(query, answer)
    if board is not None and request is None:
        return of_board(archive, board)
    if board is None and request is not None:
        return of_search(archive, request)
    raise InvalidRequest("Name a board to export, or something to --search for; not both.")


def _write(to: Path, pieces: Callable[[], Iterable[bytes]]) -> None:
    """Write a file that appears when it is whole. Raises InvalidRequest, StorageError."""
    if to.exists():
        raise InvalidRequest(f"{to} is there already. Name another file, or remove it.")
    with _draft(to) as draft:
        for piece in pieces():
            draft.write(piece)


@contextmanager
def _draft(to: Path) -> Iterator[Any]:
    draft = to.with_name(f".{to.name}.part")
    try:
        draft.touch(mode=0o600)
        with draft.open("wb") as file:
            yield file
        draft.replace(to)
    except OSError as error:
        raise StorageError(
            f"Cannot write {to}: {error.strerror}. Look at the free space and the permissions."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
