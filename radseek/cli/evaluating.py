"""`radseek evaluate`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from core.counting import counted
from core.errors import InvalidRequest
from radseek.cli.comparing import compared_json, put_compared
from radseek.cli.option_groups import grouped
from radseek.cli.options import (
    AdapterOption,
    EncodersOption,
    JsonOption,
    PlaceOptions,
    TopK,
    named_encoders,
    plain_option,
    settings_of,
)
from radseek.cli.output import put, put_json, say
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from evaluation.answers import Plan
    from evaluation.evaluating import Evaluation
    from evaluation.tables import Figure, Line, Table
    from radseek.evaluating import Asked
    from radseek.settings import Settings

NAMES_OF_FILES = ("evaluation.json", "evaluation.html")


@dataclass(frozen=True, slots=True)
class TruthOptions:
    """What is right, and in which words it is asked for."""

    PANEL: ClassVar = "The truth"

    truth: Annotated[
        Path | None, plain_option("--truth", "CSV with path or sop_uid, and labels.")
    ] = None
    by: Annotated[
        str | None, plain_option("--by", "Tags that are the labels, such as modality,body_part.")
    ] = None
    within: Annotated[
        str | None,
        plain_option(
            "--within", "Tags within whose values it is measured once more, such as body_part."
        ),
    ] = None
    split: Annotated[
        str | None, plain_option("--split", "Only lines of the CSV with this split.")
    ] = None
    texts: Annotated[
        str | None,
        plain_option("--texts", "File of labels and how they are asked for (else by their names)."),
    ] = None
    no_texts: Annotated[bool, typer.Option("--no-texts", help="Image queries alone.")] = False


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What is counted, and of how many."""

    PANEL: ClassVar = "What is counted"

    k: TopK = 10
    sample: Annotated[int, typer.Option("--sample", min=1, help="Image queries at most.")] = 1000
    near: Annotated[
        float | None,
        typer.Option(
            "--near",
            min=0,
            max=1,
            help="Cosine from which a picture is left out as a duplicate of its query.",
            show_default=False,
        ),
    ] = None
    rerank: Annotated[
        int,
        typer.Option(
            "--rerank", min=0, max=1000, help="First hits of a text to read again with it."
        ),
    ] = 0
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, help="Draws of patients for the intervals.")
    ] = 1000
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the sample and the draws.")] = 0


@grouped
def evaluate(
    ctx: typer.Context,
    known: TruthOptions,
    counted: PlanOptions,
    place: PlaceOptions,
    name: Annotated[
        str, plain_option("--name", "What it is called where it is kept (else by its labels).")
    ] = "",
    out: Annotated[
        Path | None, plain_option("--out", "Folder for evaluation.json and .html.")
    ] = None,
    adapter: AdapterOption = None,
    encoders: EncodersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how well the collection finds what is labelled, by pictures and by words.

    Pictures of the query's own patient never count. Each figure has an interval and chance beside
    it. It is kept beside the collection, where the page shows it.
    """
    from evaluation.as_json import evaluation_json
    from radseek.archive import open_archive
    from radseek.evaluating import evaluate_collection
    from radseek.past_evaluations import keep
    from radseek.telling import told_if_free
    from storage.run_notes import Work

    asked, plan = _asked(known), _plan(counted)
    settings = settings_of(
        ctx, place.home, place.collection, weights=place.weights, device=place.device
    )
    if encoders is not None:
        if out is not None or name:
            raise InvalidRequest("A comparison is printed, not kept. Leave --out and --name out.")
        _compare(settings, named_encoders(encoders), asked, plan, as_json)
        return
    say(f"radseek: evaluating {settings.collection!r}")
    if plan.rerank:
        say(f"radseek: of each text the first {plan.rerank} hits are read again with it")
    with open_archive(settings, adapter) as archive, told_if_free(settings, Work.EVALUATE):
        found = evaluate_collection(archive, asked, plan)
    measured = found.evaluation
    told = {"collection": settings.collection, **evaluation_json(measured)}
    if out is not None:
        _write(out, json.dumps(told), _page(measured, settings.collection))
    try:
        kept = keep(settings, found, name.strip() or _usual_name(known))
        say(f"radseek: kept as {kept}")
    finally:  # what took long to measure is shown, whatever the disk says
        put_json(told) if as_json else _put(measured)


def _compare(
    settings: "Settings", encoders: Sequence[str], asked: "Asked", plan: "Plan", as_json: bool
) -> None:
    from radseek.archive import open_archive
    from radseek.choosing import compare_encoders

    say(f"radseek: comparing encoders on {settings.collection!r}")
    with open_archive(settings) as archive:
        choice = compare_encoders(archive, encoders, asked, plan)
    compared = choice.compared
    if as_json:
        told = {"first": choice.first, "second": choice.second, "unknown": choice.unknown}
        put_json(told | {"patients": compared.patients} | compared_json(compared))
        return
    pictures = counted(compared.pictures, "labelled picture")
    put(f"{pictures} of {counted(compared.patients, 'patient')}")
    put(f"{choice.first} (served) -> {choice.second}")
    put_compared(compared, plan.k)
    if choice.unknown:
        lacking = counted(choice.unknown, "labelled picture")
        say(f"radseek: {choice.second} does not know {lacking}, which took no part")
    if choice.without_texts:
        say(f"radseek: {choice.without_texts} knows pictures alone, so no text was asked")


def _asked(options: TruthOptions) -> "Asked":
    """What the options say of the truth. Raises InvalidRequest for a file that cannot be read."""
    from evaluation.truth_csv import read_entries
    from radseek.evaluating import Asked
    from search.labels.reading import read_texts

    return Asked(
        truth=None if options.truth is None else read_entries(options.truth, location_of),
        split=options.split,
        by=_names(options.by),
        within=_names(options.within),
        texts=None if options.texts is None else read_texts(options.texts),
        with_texts=not options.no_texts,
    )


def _usual_name(options: TruthOptions) -> str:
    """The tags that are the labels, or the name of the file that has them."""
    return ", ".join(_names(options.by)) if options.truth is None else options.truth.stem


def _plan(options: PlanOptions) -> "Plan":
    from evaluation.answers import Plan
    from evaluation.bootstrap import Resampling

    resampling = Resampling(options.resamples, options.seed)
    return Plan(options.k, options.sample, options.near, options.rerank, resampling)


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
    pictures = counted(measured.pictures, "labelled picture")
    put(f"{pictures} of {counted(measured.patients, 'patient')}")
    for doubt in measured.doubts():
        say(f"radseek: {doubt}")
    if measured.copies:
        put(f"{measured.copies} left out, with the pixels of another one")
    if measured.unmatched:
        lines = counted(measured.unmatched, "line")
        say(f"radseek: no picture of the collection is named by {lines} of the truth")
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
