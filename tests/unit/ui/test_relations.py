from pathlib import Path

from core.types import Location, Related, Relation
from ui.viewer.relations import MOST_SHOWN, conflict_warning, linked_files


def _related(relation, *names):
    return [Related(relation, Location(Path(f"/archive/{name}")), None) for name in names]


def test_each_relation_is_told_in_words():
    related = [
        *_related(Relation.SAME_PIXELS, "c"),
        *_related(Relation.SAME_BYTES, "a", "b"),
        *_related(Relation.ALTERNATE, "d"),
    ]
    assert linked_files(related) == [
        ("Also at", "/archive/a"),
        ("Also at", "/archive/b"),
        ("Same image, other file", "/archive/d"),
        ("Same pixels, other image", "/archive/c"),
    ]


def test_of_many_files_some_are_named_and_all_are_counted():
    shown = linked_files(_related(Relation.SAME_BYTES, *range(MOST_SHOWN + 3)))
    assert len(shown) == MOST_SHOWN + 1
    assert shown[-1] == ("Also at", "and 3 more: radseek duplicates")


def test_a_conflict_is_a_warning_and_not_a_fact():
    related = _related(Relation.CONFLICT, "other.dcm", "third.dcm")
    assert linked_files(related) == []
    warning = conflict_warning(related)
    assert "same image UID but other pixels: /archive/other.dcm and 1 more." in warning


def test_without_a_conflict_there_is_no_warning():
    assert conflict_warning(_related(Relation.SAME_BYTES, "a")) == ""


def test_a_script_in_a_name_is_text():
    warning = conflict_warning(_related(Relation.CONFLICT, "<script>alert(1)</script>"))
    assert "<script" not in warning
    assert "&lt;script&gt;" in warning
