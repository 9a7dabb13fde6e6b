"""Pictures that are there twice, or nearly so."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from core.types import Location, Record, Tags
from storage.embedding_map import NearPairs
from tests.unit.search.snapshots import FakeSnapshot
from ui.access.roles import Role
from ui.explore_page.copies import heading, notes, told
from ui.explore_page.groups import (
    EQUAL_ACROSS,
    EQUAL_WITHIN,
    NEAR_ACROSS,
    Group,
    Sorts,
    equal_pixels,
    near_groups,
)

NEAR = NearPairs(np.array([[2, 5], [1, 99], [1, 3]]), np.array([0.99999, 0.99, 0.98]), 7, 0.98)
NONE = Sorts({EQUAL_ACROSS: [], NEAR_ACROSS: [], EQUAL_WITHIN: []}, None)


def snapshot():
    """Eight pictures: 1, 4 and 5 are one of two patients, 2 and 7 one of one, 3 and 6 of two."""
    return FakeSnapshot(
        np.zeros((8, 1)),
        pixels=[1, 2, 3, 1, 1, 3, 2, 8],
        patient=[10, 20, 30, 10, 11, 31, 20, 40],
    )


def test_groups_of_different_patients_stand_apart_and_the_largest_come_first():
    across, within = equal_pixels(snapshot())

    assert across == [Group((1, 4, 5)), Group((3, 6))]
    assert within == [Group((2, 7))]


def test_a_collection_without_copies_has_no_groups():
    assert equal_pixels(FakeSnapshot(np.zeros((2, 1)), pixels=[1, 2])) == ([], [])


def test_pairs_of_pictures_that_left_are_left_out():
    assert [group.ids for group in near_groups(NEAR, snapshot())] == [(2, 5), (1, 3)]


def test_a_cosine_is_never_more_than_it_is():
    assert heading(near_groups(NEAR, snapshot())[0]) == "Cosine 0.9999"
    assert heading(Group((1, 4, 5))) == "3 pictures with equal pixels"


def test_patients_are_letters_and_paths_are_for_admins():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    tags = Tags(modality="CT", study_day=date(2020, 2, 3))
    records = {n: Record(n, Location(Path(f"/a/{n}.dcm")), 0, tags, at) for n in (1, 4, 5)}

    def tiles_for(role):
        return told(Group((1, 4, 5)), records, {1: 10, 4: 10, 5: 11}, role)["tiles"]

    tiles = tiles_for(Role.VIEWER)
    assert [tile["path"] for tile in tiles_for(Role.ADMIN)] == ["/a/1.dcm", "/a/4.dcm", "/a/5.dcm"]
    assert {tile["path"] for tile in tiles} == {""}
    assert [tile["patient"] for tile in tiles] == ["Patient A", "Patient A", "Patient B"]
    assert {tile["study"] for tile in tiles} == {"2020-02-03"}


def test_what_is_known_of_a_list_is_said():
    (asked_for, _) = notes(NONE, NEAR_ACROSS, 0)
    assert "run `radseek map`" in asked_for
    assert "7 pairs" in notes(Sorts(NONE.groups, NEAR), NEAR_ACROSS, 0)[0]
    assert notes(NONE, EQUAL_WITHIN, 0) == []
    assert notes(NONE, EQUAL_WITHIN, 3)[0].startswith("3 files have the bytes of another one")
