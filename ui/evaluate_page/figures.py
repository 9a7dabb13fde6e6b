"""The figures of an evaluation as charts with their numbers: what the browser is told of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from evaluation.bootstrap import LEVEL
from evaluation.evaluating import Evaluation
from evaluation.ranking import Metric
from evaluation.tables import LEAST_PATIENTS, Figure, Line, Table
from ui.component import component
from ui.evaluate_page.choosing import Choice
from ui.evaluate_page.words import ABOUT_SCOPES, MEANINGS, METRICS
from ui.language import N_, _, number, plural

KEY: Final = "evaluate-figures"
HTML: Final = '<div class="figures"></div>'
TEXTS: Final = "text"  # what asks
IMAGES: Final = "image"
MEANS: Final = {"all labels": N_("All labels"), "all queries": N_("All queries")}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart. Numbers are 0..1, and None where they are not known."""

    name: str
    label: str | None  # what a click on it asks for; None: it cannot be clicked
    is_mean: bool
    value: float
    low: float | None
    high: float | None
    chance: float
    best: float
    told: str  # interval and chance in words
    queries: str
    patients: str
    before: float | None = None  # of the evaluation beside
    change: str = ""
    is_apart: bool = False  # whether the intervals of both have nothing in common


@dataclass(frozen=True, slots=True)
class Clicked:
    """A label whose examples are wanted."""

    label: str
    asks: str  # TEXTS or IMAGES


def figures(choice: Choice, label: str) -> Clicked | None:
    """Draw them; gives what was clicked."""
    told: Mapping[str, Any] = component("figures", HTML)(
        key=KEY,
        data={
            "charts": list(charts(choice)),
            "chosen": label,
            "compares": choice.other is not None,
            "words": words(choice),
        },
        on_label_change=lambda: None,
    )
    clicked = told["label"]
    return None if clicked is None else Clicked(clicked["label"], clicked["asks"])


def charts(choice: Choice) -> Iterator[dict[str, Any]]:
    """Words that ask, pictures that ask, and these by their scanner; those that there are."""
    now, before = choice.past.evaluation, choice.other and choice.other.evaluation
    kinds = (
        (TEXTS, _("Words ask"), _texts(now), now.text, before.text if before else ()),
        (IMAGES, _("Pictures ask"), _images(now), now.image, before.image if before else ()),
    )
    for asks, caption, about, tables, others in kinds:
        table, other = _of_scope(tables, choice), _of_scope(others, choice)
        if table is not None and table.micro is not None:
            told = " ".join((about, *_left_out(table)))
            yield _chart(caption, told, asks, _("Label"), rows(table, other, choice.metric))
            yield from _scanners(table, other, choice.metric)


def rows(table: Table, other: Table | None, metric: Metric) -> list[Row]:
    """The means over labels and over queries, then each label."""
    means = [line for line in (table.macro, table.micro) if line is not None]
    before = _by_name(other)
    return [
        *(_row(line, before.get(line.name), metric, None) for line in means),
        *(_row(line, before.get(line.name), metric, line.name) for line in table.labels),
    ]


def words(choice: Choice) -> dict[str, str]:
    """The texts of the charts."""
    k = choice.past.evaluation.plan.k
    return {
        "figure": _(METRICS[choice.metric]).format(k=k),
        "about": " ".join((_(MEANINGS[choice.metric]).format(k=k), _(ABOUT_SCOPES[choice.scope]))),
        "queries": _("Queries"),
        "patients": _("Patients"),
        "before": _("Change"),
        "examples": _("Examples of {name}"),
        "value": _("the figure"),
        "interval": _("its {share} interval, with other patients").format(share=f"{LEVEL:.0%}"),
        "chance": _("a random order"),
        "other": _("the other evaluation"),
        "apart": _("Bold where the intervals of both are apart."),
    }


def _row(line: Line, before: Line | None, metric: Metric, label: str | None) -> Row:
    figure, then = _figure(line, metric), before and _figure(before, metric)
    is_mean = line.name in MEANS and label is None
    return Row(
        name=line.name if label else _(MEANS.get(line.name, line.name)),
        label=label,
        is_mean=is_mean,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        chance=figure.chance,
        best=figure.best,
        told=_told(figure, _("no interval") if is_mean else _("fewer than {n} patients")),
        queries=number(line.queries),
        patients=number(line.patients),
        before=then.value if then else None,
        change=f"{figure.value - then.value:+.3f}" if then else "",
        is_apart=bool(then and _is_apart(figure, then)),
    )


def _told(figure: Figure, without: str) -> str:
    chance = _("chance {value}").format(value=f"{figure.chance:.2f}")
    if figure.low is None or figure.high is None:
        return f"{without.format(n=LEAST_PATIENTS)} · {chance}"
    return f"{figure.low:.2f}–{figure.high:.2f} · {chance}"


def _is_apart(one: Figure, other: Figure) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low > other.high or other.low > one.high


def _chart(caption: str, about: str, asks: str, first: str, lines: Sequence[Row]) -> dict[str, Any]:
    shown = [asdict(row) for row in lines]
    return {"caption": caption, "about": about, "asks": asks, "first": first, "rows": shown}


def _scanners(table: Table, other: Table | None, metric: Metric) -> Iterator[dict[str, Any]]:
    if table.scanners:
        before = {line.name: line for line in other.scanners} if other else {}
        about = _("The same, by the scanner of the picture that asks.")
        lines = [_row(line, before.get(line.name), metric, None) for line in table.scanners]
        yield _chart(_("Scanners"), about, IMAGES, _("Scanner"), lines)


def _left_out(table: Table) -> list[str]:
    told = []
    if table.unanswerable:
        told.append(
            plural(
                "{n} query has no right answer here.",
                "{n} queries have no right answer here.",
                table.unanswerable,
            )
        )
    if table.near:
        told.append(
            plural(
                "{n} near-duplicate of a query is left out.",
                "{n} near-duplicates of their query are left out.",
                table.near,
            )
        )
    return told


def _texts(evaluation: Evaluation) -> str:
    return plural(
        "{n} text asks for the pictures that have its label.",
        "{n} texts ask for the pictures that have their label.",
        len(evaluation.texts),
    )


def _images(evaluation: Evaluation) -> str:
    return plural(
        "{n} labelled picture asks for others with its labels, of other patients.",
        "{n} labelled pictures ask for others with their labels, of other patients.",
        evaluation.asked,
    )


def _of_scope(tables: Sequence[Table], choice: Choice) -> Table | None:
    return next((table for table in tables if table.scope is choice.scope), None)


def _by_name(table: Table | None) -> dict[str, Line]:
    if table is None:
        return {}
    means = [line for line in (table.macro, table.micro) if line is not None]
    return {line.name: line for line in (*table.labels, *means)}


def _figure(line: Line, metric: Metric) -> Figure:
    return next(figure for figure in line.figures if figure.metric is metric)
