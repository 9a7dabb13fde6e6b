import pytest

from storage.index_kinds import IndexKind, kind_for
from storage.way import Way, way_through

GIB = 1 << 30
AUTO, FLAT, PANORAMA, IVF = IndexKind


@pytest.mark.parametrize(
    ("rows", "dim", "memory", "kind"),
    [
        (0, 1024, 24 * GIB, FLAT),
        (19_999, 1024, 24 * GIB, FLAT),
        (20_000, 1024, 24 * GIB, PANORAMA),
        (79_999, 256, 24 * GIB, FLAT),
        (80_000, 256, 24 * GIB, PANORAMA),
        (1_000_000, 1024, 24 * GIB, PANORAMA),
        (1_000_001, 1024, 24 * GIB, IVF),
        (4_000_000, 256, 24 * GIB, PANORAMA),
        (4_000_001, 256, 24 * GIB, IVF),
        (1_000_000, 1024, 8 * GIB, IVF),  # 4.2 GB are more than a third of it
        (500_000, 1024, 8 * GIB, PANORAMA),
        (10_000_000, 1024, 512 * GIB, IVF),
    ],
)
def test_the_kind_follows_from_rows_their_length_and_memory(
    rows: int, dim: int, memory: int, kind: IndexKind
) -> None:
    assert kind_for(rows, dim, memory, AUTO) is kind


@pytest.mark.parametrize(
    ("rows", "wanted", "kind"),
    [
        (5, FLAT, FLAT),
        (5, PANORAMA, PANORAMA),
        (999, IVF, FLAT),  # nothing to learn lists from
        (1_000, IVF, IVF),
        (10**7, FLAT, FLAT),
    ],
)
def test_a_kind_that_is_wanted_is_taken_if_it_is_possible(
    rows: int, wanted: IndexKind, kind: IndexKind
) -> None:
    assert kind_for(rows, 1024, 24 * GIB, wanted) is kind


@pytest.mark.parametrize(
    ("rows", "matching", "way"),
    [
        (1_000_000, 0, Way.EVERY_ROW),
        (1_000_000, 20_000, Way.EVERY_ROW),  # few
        (50_000, 20_000, Way.EVERY_ROW),  # few, though a large share
        (50_000, 20_001, Way.SHORT_LIST),
        (1_000_000, 200_000, Way.EVERY_ROW),  # a fifth
        (1_000_000, 200_001, Way.SHORT_LIST),
        (10_000_000, 200_000, Way.EVERY_ROW),
        (10_000_000, 200_001, Way.SHORT_LIST),  # less than a fifth, but too many to wait for
        (10_000_000, 10_000_000, Way.SHORT_LIST),
    ],
)
def test_the_way_follows_from_how_many_rows_match(rows: int, matching: int, way: Way) -> None:
    assert way_through(rows, matching) is way
