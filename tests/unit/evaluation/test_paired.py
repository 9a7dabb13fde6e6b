"""Two rankings of the same queries are compared draw by draw."""

import numpy as np
import pytest

from evaluation.answers import Answers, reached
from evaluation.bootstrap import Resampling, with_other_askers
from evaluation.paired import Mean, differences
from evaluation.ranking import Metric
from evaluation.truth import Truth
from storage.columns import Column

RESAMPLING = Resampling(200, 0)


def answers(ranks, patients, labels):
    """Each query has one right answer among four, at a rank."""
    found = [reached(order, order.astype(float), 2) for order in np.eye(4, dtype=bool)[ranks]]
    values = np.stack([each.figures for each in found])
    draws = with_other_askers(values, patients, RESAMPLING)
    asked = tuple(frozenset([label]) for label in labels)
    return Answers(asked, ("",) * len(ranks), tuple(found), draws, patients, 0, 0, ())


def truth(patients):
    codes = np.zeros(len(patients), np.int64)
    return Truth(
        np.arange(len(patients)), (frozenset(["a"]),), codes, patients, Column(("",), codes),
        None, 0, 0, 0,
    )  # fmt: skip


def test_each_label_counts_as_much_and_what_is_hard_for_both_cancels_out():
    patients, labels = np.arange(12), ["a"] * 5 + ["b"] * 7
    hard = np.array([0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2])
    first, second = answers(hard, patients, labels), answers(hard * 0, patients, labels)

    by = {(each.metric, each.over): each for each in differences(first, second, truth(patients))}

    rank = by[Metric.RECIPROCAL_RANK, Mean.LABELS]
    a, b = (np.mean([1 / (1 + r) for r in half]) for half in (hard[:5], hard[5:]))
    assert rank.first == pytest.approx((a + b) / 2)
    assert rank.second == 1
    assert rank.low is not None
    assert 0 < rank.low < 1 - rank.first < rank.high
    assert by[Metric.RECIPROCAL_RANK, Mean.QUERIES].first == pytest.approx(np.mean(1 / (1 + hard)))
    same = differences(first, first, truth(patients))
    assert [(each.low, each.high) for each in same] == [(0, 0)] * len(same)


def test_few_patients_have_no_interval_and_other_queries_are_no_pair():
    patients = np.repeat([1, 2], 3)
    few = answers(np.zeros(6, int), patients, ["a"] * 6)

    assert {each.low for each in differences(few, few, truth(patients))} == {None}
    labels = ["a"] * 5 + ["b"]
    rare = answers(np.zeros(6, int), np.arange(6), labels)
    told = {each.over: each.low for each in differences(rare, rare, truth(np.arange(6)))}
    assert told == {Mean.LABELS: None, Mean.QUERIES: 0}
    with pytest.raises(ValueError, match="other queries"):
        differences(few, answers(np.zeros(6, int), patients, ["b"] * 6), truth(patients))
