"""How far a map can be trusted, against a count by the formula's own words."""

import numpy as np
import pytest

from search.maps.trust import JUDGED, trust
from tests.unit.storage.factories import random_rows, unit


def counted(rows, points, k):
    """Share of the nearest kept, and trustworthiness: Venna and Kaski (2001), equation 1."""
    n = len(rows)
    kept = strange = 0
    for i in range(n):
        by_cosine = [j for j in np.argsort(-(rows @ rows[i]), kind="stable") if j != i]
        by_map = [j for j in np.argsort(np.hypot(*(points - points[i]).T)) if j != i]
        kept += len(set(by_cosine[:k]) & set(by_map[:k]))
        strange += sum(by_cosine.index(j) + 1 - k for j in by_map[:k] if j not in by_cosine[:k])
    return kept / (n * k), 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * strange


@pytest.mark.parametrize(("n", "k"), [(60, 10), (9, 4), (3, 1)])
def test_the_figures_are_those_of_a_direct_count(n, k):
    rows = random_rows(n, seed=n).astype(np.float64)
    points = rows[:, :2] + 0.1 * rows[:, 2:4]

    told = trust(rows, points)

    assert (told.nearest, told.by_chance) == (k, k / (n - 1))
    assert (told.kept, told.trustworthiness) == pytest.approx(counted(rows, points, k))


def test_points_on_a_circle_are_their_own_map():
    angles = np.linspace(0, 1.5, JUDGED + 100)
    rows = unit(np.stack([np.cos(angles), np.sin(angles)], axis=1)).astype(np.float64)

    told = trust(rows, rows)

    assert told.kept > 0.999  # equal distances on both sides are in either order
    assert told.trustworthiness > 0.9999


def test_strewn_points_keep_what_chance_keeps():
    points = np.random.default_rng(1).uniform(-1, 1, (2000, 2))

    told = trust(random_rows(2000), points)

    assert told.kept == pytest.approx(told.by_chance, rel=0.4)
    assert told.trustworthiness == pytest.approx(0.5, abs=0.02)
