"""What a query learns from judged pictures, against formulas written anew."""

import numpy as np
import pytest
from scipy.optimize import minimize

from search.feedback import ASKED, OTHERS, RIDGE, logistic, refit, rocchio
from search.query import Feedback, Refit
from search.sampling import Sampler
from tests.unit.search.snapshots import FakeSnapshot


def unit_rows(count, dim=6, seed=1):
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


NONE = np.zeros((0, 6), np.float32)


def test_rocchio_is_the_formula_of_the_book():
    query = np.array([[1.0, 0.0]])
    liked = np.array([[0.0, 1.0], [0.0, 0.0]], np.float32)
    disliked = np.array([[1.0, 1.0]], np.float32)
    assert rocchio(query, liked, disliked).tolist() == pytest.approx([0.85, 0.225])


def test_rocchio_without_a_query_goes_where_the_liked_are():
    liked = unit_rows(3)
    assert rocchio(NONE, liked, NONE) == pytest.approx(0.75 * liked.mean(axis=0))


def objective(parameters, rows, right, weights):
    """The ridge logistic objective on its primal side; the constant has its share of the ridge."""
    at = np.column_stack([rows, np.ones(len(rows))]) @ parameters
    losses = np.logaddexp(0, np.where(right, -at, at))
    return weights @ losses + RIDGE / 2 * parameters @ parameters


@pytest.mark.parametrize("asked", [unit_rows(1, seed=5), NONE])
def test_the_logistic_refit_is_the_optimum_of_its_objective(asked):
    liked, disliked, others = unit_rows(4, seed=2), unit_rows(3, seed=3), unit_rows(50, seed=4)
    rows = np.concatenate([asked, liked, disliked, others]) - others.mean(axis=0)
    right = np.arange(len(rows)) < len(asked) + 4
    weights = np.array([ASKED] * len(asked) + [1.0] * 7 + [OTHERS / 50] * 50)
    best = minimize(objective, np.zeros(7), (rows, right, weights), tol=1e-12).x[:-1]
    assert logistic(asked, liked, disliked, others) == pytest.approx(best, abs=1e-5)


def test_what_was_liked_rises_and_what_was_disliked_falls():
    rows = unit_rows(40)
    snapshot, asked = FakeSnapshot(rows), unit_rows(1, seed=9)
    for kind in Refit:
        row = refit(asked, Feedback((3, 4), (7,), kind), snapshot, Sampler())
        gain = rows @ (row / np.linalg.norm(row)) - rows @ asked[0]
        assert gain[[2, 3]].mean() > gain[6]


def test_the_order_of_judged_pictures_does_not_matter():
    snapshot, asked = FakeSnapshot(unit_rows(40)), unit_rows(1, seed=9)
    for kind in Refit:
        one = refit(asked, Feedback((3, 4), (7, 8), kind), snapshot, Sampler())
        other = refit(asked, Feedback((4, 3), (8, 7), kind), snapshot, Sampler())
        assert one == pytest.approx(other, abs=1e-9)


def test_a_collection_of_nothing_but_liked_pictures_can_be_learnt_from():
    row = refit(NONE, Feedback((1, 2), (), Refit.LOGISTIC), FakeSnapshot(unit_rows(2)), Sampler())
    assert np.isfinite(row).all()
