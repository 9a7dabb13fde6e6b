"""What the page of evaluations says of figures, and of two evaluations beside each other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.types import EncoderCard
from evaluation.answers import Plan, Scope
from evaluation.evaluating import Evaluation, Size
from evaluation.examples import Example, Examples
from evaluation.index_recall import IndexRecall, Kind
from evaluation.ranking import METRICS, Metric
from evaluation.tables import Figure, Line, Table
from evaluation.text_queries import TextQuery
from radseek.past_evaluations import Past
from storage.contents import Content
from storage.evaluations import KeptEvaluation
from ui.evaluate_page.about import losses, measured_on, sizes
from ui.evaluate_page.choosing import Choice
from ui.evaluate_page.examples import ways
from ui.evaluate_page.figures import charts, rows
from ui.evaluate_page.words import ABOUT_SCOPES, MEANINGS, SCOPES
from ui.evaluate_page.words import METRICS as NAMES

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
CARD = EncoderCard("mini", "1", 4, "00ff", "squash", "none")


def line(name: str, value: float, low: float | None, high: float | None) -> Line:
    figures = tuple(Figure(metric, value, low, high, 0.125, 1.0) for metric in METRICS)
    return Line(name, 1200, 7, 9.0, 90.0, figures)


def evaluation(value: float, low: float | None, high: float | None) -> Evaluation:
    mean = line("all labels", value, None, None)
    table = Table(
        Scope.ALL,
        mean,
        replace(mean, name="all queries"),
        (line("ct chest", value, low, high),),
        (line("Lantern", value, low, high),),
        unanswerable=1,
        near=0,
    )
    examples = (
        Examples("ct chest", "", (Example(Content("00", 0), 1),), (), ()),
        Examples("ct chest", "CT of the chest", (), (), ()),
    )
    return Evaluation(
        *(2400, 1300, 42, 0),
        (Size("ct chest", 1300, 1),),
        *(3, 2, 1, 1200),
        Plan(),
        (table,),
        (),
        (TextQuery("ct chest", "CT of the chest"),),
        "flat",
        (IndexRecall(Kind.IMAGE, 200, 10, 0.987, 0.99),),
        examples,
    )


def past(measured: Evaluation) -> Past:
    return Past(KeptEvaluation("a", "first", AT, 3, CARD, {}), measured)


def choice(now: Evaluation, before: Evaluation | None = None) -> Choice:
    other = None if before is None else past(before)
    return Choice(past(now), other, Metric.PRECISION, Scope.ALL)


def test_a_line_has_its_interval_and_chance_in_words():
    (table,) = evaluation(0.75, 0.7, 0.812).image
    macro, micro, label = rows(table, None, Metric.PRECISION)
    assert (label.name, label.label, label.told) == (
        "ct chest",
        "ct chest",
        "0.70–0.81 · chance 0.12",
    )
    assert (label.queries, label.patients, label.change) == ("1,200", "7", "")
    assert (macro.name, macro.label, macro.is_mean) == ("All labels", None, True)
    assert (micro.name, micro.told) == ("All queries", "no interval · chance 0.12")


def test_too_few_patients_are_told_of_a_label():
    (table,) = evaluation(0.75, None, None).image
    *_, label = rows(table, None, Metric.PRECISION)
    assert label.told == "fewer than 5 patients · chance 0.12"


@pytest.mark.parametrize(
    ("before", "change", "is_apart"),
    [
        ((0.5, 0.4, 0.6), "+0.250", True),
        ((0.5, 0.4, 0.7), "+0.250", False),
        ((0.9, 0.85, 0.95), "-0.150", True),
        ((0.5, None, None), "+0.250", False),
    ],
)
def test_a_change_stands_out_where_the_intervals_are_apart(before, change, is_apart):
    (now,), (then,) = evaluation(0.75, 0.7, 0.8).image, evaluation(*before).image
    *_, label = rows(now, then, Metric.PRECISION)
    assert (label.before, label.change, label.is_apart) == (before[0], change, is_apart)


def test_a_label_that_the_other_one_lacks_has_no_change():
    (now,) = evaluation(0.75, 0.7, 0.8).image
    *_, label = rows(now, replace(now, labels=()), Metric.PRECISION)
    assert (label.before, label.change) == (None, "")


def test_there_is_a_chart_for_each_way_of_asking_and_for_scanners():
    pictures, scanners = charts(choice(evaluation(0.75, 0.7, 0.8)))
    assert (pictures["asks"], len(pictures["rows"])) == ("image", 3)
    assert "1,200 labelled pictures ask" in pictures["about"]
    assert "1 query has no right answer here." in pictures["about"]
    assert [row["label"] for row in scanners["rows"]] == [None]
    assert list(charts(replace(choice(evaluation(0.7, 0.6, 0.8)), scope=Scope.WITHIN))) == []


def test_what_it_was_measured_on_and_what_the_index_loses_are_told():
    told = dict(measured_on(past(evaluation(0.75, 0.7, 0.8))))
    assert told["Evaluated"] == "2026-03-04 05:06 UTC"
    assert (told["Labelled pictures"], told["Patients"]) == ("1,300", "42")
    kind, images = losses(evaluation(0.75, 0.7, 0.8))
    assert kind == ("Index", "flat")
    assert images[1].startswith("98.7 % of the 10 nearest (200 queries); 99.0 %")
    assert sizes(evaluation(0.75, 0.7, 0.8)) == [("ct chest", "1,300 pictures, 1 patient")]


def test_texts_come_before_pictures_among_the_ways_of_asking():
    assert [one.text for one in ways(evaluation(0.7, 0.6, 0.8), "ct chest")] == [
        "CT of the chest",
        "",
    ]


@pytest.mark.parametrize(
    ("words", "choices"),
    [(NAMES, Metric), (MEANINGS, Metric), (SCOPES, Scope), (ABOUT_SCOPES, Scope)],
)
def test_every_choice_has_its_words(words, choices):
    assert set(words) == set(choices)
