"""Embeddings on a plane."""

import numpy as np
import pytest

from core.errors import InvalidRequest
from search.maps import layouts
from search.maps.layouts import FEWEST, lay_out, method_for, principal
from search.maps.trust import trust
from storage.embedding_map import MapMethod
from tests.unit.storage.factories import random_rows, unit


def clusters(n):
    """Five groups of rows in all directions, and the group of each row."""
    dice, group = np.random.default_rng(3), np.arange(n) % 5
    centres = dice.standard_normal((5, 16))
    return unit(centres[group] + 0.15 * dice.standard_normal((n, 16))), group


def test_principal_directions_are_those_of_the_singular_values():
    rows = random_rows(50)

    points = principal(rows)

    centred = rows.astype(np.float64) - rows.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    expected = left[:, :2] * values[:2]
    np.testing.assert_allclose(np.abs(points), np.abs(expected), atol=1e-6)


def test_rows_in_another_order_have_the_same_points():
    rows = random_rows(50)
    order = np.random.default_rng(0).permutation(50)

    np.testing.assert_allclose(principal(rows[order]), principal(rows)[order], atol=1e-6)


def test_a_map_is_as_wide_as_it_is_high_and_fills_one_direction():
    points = lay_out(random_rows(50), MapMethod.PCA, lambda _: None)

    assert points.dtype == np.float32
    assert np.abs(points).max() == pytest.approx(1)
    assert np.abs(points.min(axis=0) + points.max(axis=0)).max() < 1e-6


def test_equal_rows_lie_in_the_middle():
    rows = np.repeat(random_rows(1), 4, axis=0)

    np.testing.assert_allclose(lay_out(rows, MapMethod.PCA, lambda _: None), 0, atol=1e-3)


def test_tsne_keeps_groups_together_the_same_way_each_time():
    rows, group = clusters(FEWEST + 60)
    shown = []

    points = lay_out(rows, MapMethod.TSNE, shown.append)

    middles = np.stack([points[group == one].mean(axis=0) for one in range(5)])
    nearest = np.linalg.norm(points[:, None] - middles, axis=2).argmin(axis=1)
    assert (nearest == group).all()
    assert trust(rows, points).trustworthiness > trust(rows, principal(rows)).trustworthiness
    assert {progress.step for progress in shown} == {"neighbours", "layout"}
    assert (shown[-1].done, shown[-1].total) == (750, 750)


def test_few_pictures_and_a_missing_package_leave_the_flat_map(monkeypatch):
    assert method_for(None, FEWEST) is MapMethod.TSNE
    assert method_for(None, FEWEST - 1) is MapMethod.PCA
    with pytest.raises(InvalidRequest, match=f"at least {FEWEST} pictures, and there are 9"):
        method_for(MapMethod.TSNE, 9)

    monkeypatch.setattr(layouts, "find_spec", lambda _: None)

    assert method_for(None, FEWEST) is MapMethod.PCA
    with pytest.raises(InvalidRequest, match="not installed"):
        method_for(MapMethod.TSNE, FEWEST)
