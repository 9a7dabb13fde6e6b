"""The map as the page shows it."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from storage.embedding_map import EmbeddingMap, MapMethod, MapNote, NearPairs, Trust
from tests.unit.search.snapshots import FakeSnapshot
from ui.explore_page.plane import from_the_middle, inside, plane_of

corners = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


def turns(point, area):
    """How often a polygon goes around a point: the sum of the angles of its sides."""
    away = np.array(area) - point
    angles = np.arctan2(away[:, 1], away[:, 0])
    sides = np.diff(np.append(angles, angles[0]))
    return round(float(((sides + np.pi) % (2 * np.pi) - np.pi).sum() / (2 * np.pi)))


@given(st.lists(corners, min_size=3, max_size=7), st.lists(corners, min_size=1, max_size=5))
def test_a_point_is_inside_where_the_polygon_goes_around_it_an_odd_time(area, points):
    rough = np.array(area).round(1) * 2 - 0.05  # no point lies on a side of a grid beside its own
    found = inside(np.array(points).round(1), rough.tolist())

    for point, is_inside in zip(np.array(points).round(1), found, strict=True):
        if _is_off(point, rough):
            assert is_inside == (turns(point, rough) % 2 == 1)


def _is_off(point, area):
    """Whether a point lies clearly off all sides, where both ways of counting are exact."""
    for one, other in zip(area, np.roll(area, -1, axis=0), strict=True):
        side = other - one
        share = np.clip((point - one) @ side / max(side @ side, 1e-12), 0, 1)
        if np.hypot(*(one + share * side - point)) < 1e-6:
            return False
    return True


def test_pictures_that_left_are_not_on_the_plane():
    note = MapNote(MapMethod.PCA, 1, 4, datetime(2026, 1, 1, tzinfo=UTC), Trust(1, 1, 0.3, 1))
    points = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    near = NearPairs(np.array([[2, 40], [2, 3]]), np.array([0.99, 0.98], np.float32), 9, 0.98)
    made = EmbeddingMap(np.array([2, 3, 40, 50]), points, near, note)

    plane = plane_of(made, FakeSnapshot(np.zeros((5, 1))))

    assert (plane.ids.tolist(), plane.rows.tolist(), plane.gone) == ([2, 3], [1, 2], 2)
    assert plane.points.tolist() == [[0, 0], [1, 0]]
    assert plane.version != plane_of(made, FakeSnapshot(np.zeros((2, 1)))).version


def test_pictures_are_in_order_from_the_middle():
    points = np.array([[0, 0], [1, 0], [0.1, 0], [-5, 0], [0, 0.2]], np.float32)

    assert from_the_middle(np.arange(5), points).tolist() == [0, 2, 4, 1, 3]
