"""`radseek evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import InvalidRequest
from radseek.cli.options import (
    CollectionOption,
    DeviceOption,
    HomeOption,
    JsonOption,
    TopK,
    WeightsOption,
    settings_of,
)
from radseek.cli.output import put, put_json, say
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from evaluation.evaluating import Evaluation
    from evaluation.tables import Figure, Line, Table

NAMES_OF_FILES = ("evaluation.json", "evaluation.html")


def evaluate(
    ctx: typer.Context,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="CSV with path or sop_uid, and labels.", show_default=False),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help="Tags that are the labels, such as modality,body_part.", show_default=False
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(
            "--within",
            help="Tags within whose values it is measured once more, such as body_part.",
            show_default=False,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", help="Only lines of the CSV with this split.", show_default=False),
    ] = None,
    texts: Annotated[
        str | None,
        typer.Option(
            "--texts",
            help="File of labels and how they are asked for (else by their names).",
            show_default=False,
        ),
    ] = None,
    no_texts: Annotated[bool, typer.Option("--no-texts", help="Image queries alone.")] = False,
    k: TopK = 10,
    sample: Annotated[int, typer.Option("--sample", min=1, help="Image queries at most.")] = 1000,
    near: Annotated[
        float | None,
        typer.Option(
            "--near",
            min=0,
            max=1,
            help="Cosine from which a picture is left out as a duplicate of its query.",
            show_default=False,
        ),
    ] = None,
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, help="Draws of patients for the intervals.")
    ] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the sample and the draws.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for evaluation.json and .html.", show_default=False),
    ] = None,
    weights: WeightsOption = None,
    device: DeviceOption = None,
    home: HomeOption = None,
    collection: CollectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how well the collection finds what is labelled, by pictures and by words.

    Pictures of the query's own patient never count. Each figure has an interval and chance beside
    it.
    """
    from evaluation.answers import Plan
    from evaluation.as_json import evaluation_json
    from evaluation.bootstrap import Resampling
    from evaluation.truth_csv import read_entries
    from radseek.archive import open_archive
    from radseek.evaluating import Asked, evaluate_collection
    from search.labels.reading import read_texts

    spelt = None if texts is None else read_texts(texts)
    entries = None if truth is None else read_entries(truth, location_of)
    asked = Asked(entries, split, _names(by), _names(within), spelt, not no_texts)
    settings = settings_of(ctx, home, collection, weights=weights, device=device)
    say(f"radseek: evaluating {settings.collection!r}")
    with open_archive(settings) as archive:
        measured = evaluate_collection(
            archive, asked, Plan(k, sample, near, Resampling(resamples, seed))
        )
    told = {"collection": settings.collection, **evaluation_json(measured)}
    if out is not None:
        _write(out, json.dumps(told), _page(measured, settings.collection))
    if as_json:
        put_json(told)
    else:
        _put(measured)


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _page(measured: "Evaluation", collection: str) -> str:
    from evaluation.page import page

    return page(measured, f"How well “{collection}” is searched")


def _write(folder: Path, *contents: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in zip(NAMES_OF_FILES, contents, strict=True):
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise InvalidRequest(f"Cannot write to {folder}: {error.strerror}.") from error
    say(f"radseek: wrote {' and '.join(str(folder / name) for name in NAMES_OF_FILES)}")


def _put(measured: "Evaluation") -> None:
    k = measured.plan.k
    put(f"{measured.pictures} labelled pictures of {measured.patients} patients")
    for doubt in measured.doubts():
        say(f"radseek: {doubt}")
    if measured.copies:
        put(f"{measured.copies} left out, with the pixels of another one")
    if measured.unmatched:
        say(f"radseek: {measured.unmatched} lines of the truth name no picture of the collection")
    for kind, tables in (("images", measured.image), ("texts", measured.text)):
        for table in tables:
            put("")
            put(f"{kind}, {table.scope.value}")
            _put_table(table, k)
    for each in measured.index:
        put(f"index, {each.kind.value} queries: recall@{each.k} {each.recall:.4f} of exact search")


def _put_table(table: "Table", k: int) -> None:
    if table.macro is None or table.micro is None:
        put("  no query has a right answer here")
        return
    for line in (table.macro, table.micro, *table.labels):
        put(_line(line, k))
    for line in table.scanners:
        put(f"{_line(line, k)}  (scanner)")


def _line(line: "Line", k: int) -> str:
    from evaluation.page import metric_name

    figures = "  ".join(
        f"{metric_name(each.metric, k)} {_figure(each)}"
        for each in line.figures
        if each.metric.value in {"precision", "average_precision", "ndcg"}
    )
    return f"  {line.name:<32} n={line.queries:<5} patients={line.patients:<5} {figures}"


def _figure(figure: "Figure") -> str:
    bounds = "" if figure.low is None else f" [{figure.low:.3f}, {figure.high:.3f}]"
    return f"{figure.value:.3f}{bounds} chance {figure.chance:.3f}"
