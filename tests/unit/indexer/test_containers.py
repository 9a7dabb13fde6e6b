from indexer.containers import OpenContainers
from tests.unit.indexer.factories import container, place


def _names(rows):
    return [str(row.source.location.path.name) for row in rows]


def test_a_container_is_done_with_when_its_last_member_is():
    opened = OpenContainers()
    members = [place("a.zip!/1"), place("a.zip!/2")]
    assert opened.open(container("a.zip"), members) == []
    assert opened.tick_off(members[1]) == []
    assert _names(opened.tick_off(members[0])) == ["a.zip"]


def test_a_container_without_members_is_done_with_at_once():
    assert _names(OpenContainers().open(container("a.zip"), [])) == ["a.zip"]


def test_a_file_that_two_containers_name_counts_for_both():
    opened = OpenContainers()
    opened.open(container("one/DICOMDIR"), [place("image")])
    opened.open(container("two/DICOMDIR"), [place("image")])
    assert len(opened.tick_off(place("image"))) == 2


def test_a_member_that_comes_twice_is_ticked_off_once():
    opened = OpenContainers()
    opened.open(container("a.zip"), [place("a.zip!/1"), place("a.zip!/1"), place("a.zip!/2")])
    assert opened.tick_off(place("a.zip!/1")) == []
    assert opened.tick_off(place("a.zip!/1")) == []


def test_the_reason_of_a_container_says_what_it_is():
    (row,) = OpenContainers().open(container("a.zip"), [])
    assert row.kept.reason == "It is a zip archive; the files in it are indexed one by one."
