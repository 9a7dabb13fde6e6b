"""`radseek search`, `similar`, `embed` and `classify`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import CannotDecode, InvalidRequest
from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    EncoderOption,
    HomeOption,
    JsonOption,
    TopK,
    WeightsOption,
    WhereOption,
    settings_of,
)
from radseek.cli.output import hits_json, put, put_hits, put_json, say
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from core.types import Embeddings, Pixels
    from radseek.archive import Archive
    from radseek.settings import Settings
    from search.query import Query
    from search.results import Results

BatchOption = Annotated[
    Path | None,
    typer.Option("--batch", help="File with one query a line.", show_default=False),
]


def search(
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What to look for, in words.")] = None,
    k: TopK = 10,
    where: WhereOption = None,
    batch: BatchOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pictures by words."""
    from search.query import by_text

    settings = settings_of(ctx, home, collection, weights=weights, device=device)
    with _archive(settings) as archive:
        ask = _asker(archive, k, where)
        for line in _queries(text, batch, "a text"):
            _answer(line, ask(by_text(line)), as_json)


def similar(
    ctx: typer.Context,
    picture: Annotated[
        str | None, typer.Argument(help="An image file, or the id of a hit.")
    ] = None,
    k: TopK = 10,
    where: WhereOption = None,
    batch: BatchOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pictures like an image file, or like an indexed picture, which is then left out."""
    settings = settings_of(ctx, home, collection, weights=weights, device=device)
    with _archive(settings) as archive:
        ask = _asker(archive, k, where)
        for line in _queries(picture, batch, "an image file or an id"):
            _answer(line, ask(_picture_query(archive, line)), as_json)


def embed(
    ctx: typer.Context,
    inputs: Annotated[list[str], typer.Argument(help="Image files; texts with --text.")],
    text: Annotated[bool, typer.Option("--text", help="The arguments are texts.")] = False,
    npy: Annotated[
        Path | None, typer.Option("--npy", help="Write one .npy file.", show_default=False)
    ] = None,
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
) -> None:
    """Print unit embeddings of images or texts, in the order given, as JSON or one .npy file."""
    settings = settings_of(ctx, home, collection, encoder=encoder, weights=weights, device=device)
    with _archive(settings) as archive:
        loaded = archive.encoder()
        if text:
            rows = loaded.embed_texts(inputs)
        else:
            pictures = _pictures(archive, inputs)
            rows = loaded.embed_images([loaded.prepare(pixels) for pixels in pictures])
    _put_embeddings(rows, npy)


def classify(
    ctx: typer.Context,
    images: Annotated[list[str], typer.Argument(help="Image files.")],
    labels: Annotated[str, typer.Option("--labels", help="Labels, separated by commas.")],
    multilabel: Annotated[
        bool, typer.Option("--multilabel", help="Each label by itself (sigmoid).")
    ] = False,
    encoder: EncoderOption = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Zero-shot probabilities of labels, by softmax over them or by sigmoid of each."""
    from search.classify import classify as classify_pictures

    settings = settings_of(ctx, home, collection, encoder=encoder, weights=weights, device=device)
    names = [label.strip() for label in labels.split(",")]
    with _archive(settings) as archive:
        pictures = list(_pictures(archive, images))
        table = classify_pictures(archive.encoder(), pictures, names, multilabel)
    for image, row in zip(images, table.tolist(), strict=True):
        by_label = dict(sorted(zip(names, row, strict=True), key=lambda pair: -pair[1]))
        if as_json:
            put_json({"path": image, "probabilities": by_label})
        else:
            put(f"{image}  " + "  ".join(f"{name} {p:.3f}" for name, p in by_label.items()))


def _archive(settings: "Settings") -> "Archive":
    from radseek.archive import open_archive

    return open_archive(settings)


def _asker(archive: "Archive", k: int, where: list[str] | None) -> "Callable[[Query], Results]":
    """What answers the queries of one command, on one collection with one set of filters."""
    from search.filters import parse_where
    from search.request import Request

    conditions = [parse_where(condition) for condition in where or ()]
    searcher = archive.searcher()
    return lambda query: searcher.search(Request(query, k, conditions))


def _queries(single: str | None, batch: Path | None, kind: str) -> Iterator[str]:
    if (single is None) == (batch is None):
        raise InvalidRequest(f"Give either {kind} or --batch FILE.")
    if single is not None:
        yield single
    if batch is not None:
        yield from (line for line in _read_lines(batch) if line.strip())


def _read_lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"Cannot read {file} as lines of text: {error}.") from error


def _answer(line: str, results: "Results", as_json: bool) -> None:
    if as_json:
        put_json(hits_json(line, results.hits))
        return
    put_hits(results.hits)
    timings = results.timings
    say(
        f"{len(results.hits)} of {results.matching} pictures; encoder "
        f"{timings.encode_s * 1e3:.1f} ms, index {timings.index_s * 1e3:.1f} ms, "
        f"catalog {timings.catalog_s * 1e3:.1f} ms"
    )


def _picture_query(archive: "Archive", text: str) -> "Query":
    from search.query import Query, by_instance

    if text.isdecimal() and not Path(text).exists():
        return by_instance(int(text))
    with _named(text):
        return Query((archive.query_file(location_of(text)),))


def _pictures(archive: "Archive", files: list[str]) -> "Iterator[Pixels]":
    from imaging.rules import View

    for file in files:
        with _named(file):
            yield archive.view(location_of(file), View())


@contextmanager
def _named(file: str) -> Iterator[None]:
    """Say which of the person's files cannot be read."""
    try:
        yield
    except CannotDecode as error:
        raise InvalidRequest(f"Cannot read {file}: {error}") from error


def _put_embeddings(rows: "Embeddings", npy: Path | None) -> None:
    if npy is None:
        put_json(rows.tolist())
        return
    import numpy as np

    np.save(npy, rows)
    say(f"radseek: wrote {npy}: {rows.shape[0]} embeddings of {rows.shape[1]} dimensions")
