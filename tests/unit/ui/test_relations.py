from pathlib import Path

from core.types import Location, Related, Relation
from ui.viewer.relations import MOST_SHOWN, Linked, linked


def _related(relation, *names, picture_id=None):
    return [Related(relation, Location(Path(f"/archive/{name}")), picture_id) for name in names]


def test_files_are_told_by_what_links_them_a_conflict_first():
    related = [
        *_related(Relation.SAME_PIXELS, "c"),
        *_related(Relation.SAME_BYTES, "a", "b"),
        *_related(Relation.CONFLICT, "d"),
    ]
    assert linked(related, with_places=True) == [
        Linked(Relation.CONFLICT, ("/archive/d",), 0),
        Linked(Relation.SAME_BYTES, ("/archive/a", "/archive/b"), 0),
        Linked(Relation.SAME_PIXELS, ("/archive/c",), 0),
    ]


def test_of_many_files_some_are_named_and_all_are_counted():
    (shown,) = linked(_related(Relation.SAME_BYTES, *range(MOST_SHOWN + 3)), with_places=True)
    assert (len(shown.names), shown.more) == (MOST_SHOWN, 3)


def test_without_places_a_file_is_told_by_its_picture():
    related = [
        *_related(Relation.ALTERNATE, "DOE/1.dcm", picture_id=12),
        *_related(Relation.ALTERNATE, "DOE/2.dcm"),
    ]
    assert linked(related, with_places=False) == [Linked(Relation.ALTERNATE, ("12", ""), 0)]
