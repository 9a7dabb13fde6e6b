from hashlib import sha256

import pytest

from core.errors import CannotDecode
from core.types import Location, SkipCode, Source
from imaging.dicomdir import is_directory, list_directory
from imaging.limits import Limits
from imaging.rules import Rules
from tests.unit.imaging.archives import make_dicomdir
from tests.unit.imaging.factories import make_dicom

RULES = Rules()


def listed(path, *references, rules=RULES, **elements):
    """List the DICOMDIR `path`, which refers to files by their File IDs."""
    content = make_dicomdir(*references, **elements)
    source = Source(Location(path), len(content), 1, sha256(content).hexdigest())
    return list_directory(source, content, rules)


def paths(container):
    return [found.location for found in container.members]


def codes(container):
    return {str(skipped.location): skipped.code for skipped in container.refused}


@pytest.fixture
def disc(tmp_path):
    """A folder with a picture in a folder, and a picture outside."""
    (tmp_path / "disc" / "IMAGES").mkdir(parents=True)
    (tmp_path / "disc" / "IMAGES" / "IM1").write_bytes(b"abc")
    (tmp_path / "secret").write_bytes(b"secret")
    return tmp_path / "disc"


def test_a_dicomdir_is_known_by_what_it_holds():
    assert is_directory(make_dicomdir())
    assert not is_directory(make_dicom())
    assert not is_directory(b"DICOMDIR")


def test_the_files_that_are_there_are_members_with_size_and_time(disc):
    found = listed(disc / "DICOMDIR", "IMAGES\\IM1")
    state = (disc / "IMAGES" / "IM1").stat()
    (member,) = found.members
    assert member.location == Location(disc / "IMAGES" / "IM1")
    assert (member.size, member.modified_ns) == (3, state.st_mtime_ns)
    assert (found.kind, found.source.location) == ("DICOMDIR", Location(disc / "DICOMDIR"))
    assert found.refused == ()


def test_a_file_that_two_records_name_is_one_member(disc):
    assert len(listed(disc / "DICOMDIR", "IMAGES\\IM1", "images\\im1").members) == 1


@pytest.mark.parametrize("reference", ["images\\im1", "Images\\IM1", "IMAGES/IM1"])
def test_capitals_do_not_matter_as_copies_of_discs_change_them(disc, reference):
    assert paths(listed(disc / "DICOMDIR", reference)) == [Location(disc / "IMAGES" / "IM1")]


def test_of_two_files_that_differ_in_capitals_the_exact_one_is_taken(disc):
    (disc / "IMAGES" / "im1").write_bytes(b"other")
    assert paths(listed(disc / "DICOMDIR", "IMAGES\\im1")) == [Location(disc / "IMAGES" / "im1")]
    assert paths(listed(disc / "DICOMDIR", "IMAGES\\IM1")) == [Location(disc / "IMAGES" / "IM1")]


def test_a_file_that_is_not_there_is_refused_under_the_text_that_names_it(disc):
    found = listed(disc / "DICOMDIR", "IMAGES\\IM1", "IMAGES\\IM2")
    assert len(found.members) == 1
    assert codes(found) == {f"{disc}/DICOMDIR!/IMAGES/IM2": SkipCode.UNREADABLE}
    assert "it is not there" in found.refused[0].reason


@pytest.mark.parametrize(
    "reference",
    [
        "..\\secret",
        "../secret",
        "IMAGES\\..\\..\\secret",
        "\\secret",
        "/etc/passwd",
        ".\\IMAGES\\IM1",
    ],
)
def test_a_reference_with_a_way_out_is_unsafe(disc, reference):
    found = listed(disc / "DICOMDIR", reference)
    assert found.members == ()
    assert [skipped.code for skipped in found.refused] == [SkipCode.UNSAFE_PATH]


def test_a_link_that_leads_out_of_the_folder_is_unsafe(disc):
    (disc / "LINK").symlink_to(disc.parent)
    (disc / "IMAGES" / "IM2").symlink_to(disc.parent / "secret")
    found = listed(disc / "DICOMDIR", "LINK\\secret", "IMAGES\\IM2")
    assert found.members == ()
    assert set(codes(found).values()) == {SkipCode.UNSAFE_PATH}


def test_a_link_inside_the_folder_is_followed(disc):
    (disc / "SAME").symlink_to(disc / "IMAGES")
    assert paths(listed(disc / "DICOMDIR", "SAME\\IM1")) == [Location(disc / "IMAGES" / "IM1")]


def test_a_file_in_the_place_of_a_folder_is_not_there(disc):
    found = listed(disc / "DICOMDIR", "IMAGES\\IM1\\IM1")
    assert [skipped.code for skipped in found.refused] == [SkipCode.UNREADABLE]


def test_the_dicomdir_of_an_archive_lists_nothing_as_the_archive_does(tmp_path):
    content = make_dicomdir("..\\secret", "IM1")
    source = Source(Location(tmp_path / "a.zip", "DICOMDIR"), len(content), 1, "0" * 64)
    found = list_directory(source, content, RULES)
    assert (found.members, found.refused) == ((), ())


def test_records_without_a_file_and_offsets_in_circles_do_not_matter(disc):
    circle = {
        "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity": 400,
        "OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity": 400,
    }
    found = listed(disc / "DICOMDIR", "", "IMAGES\\IM1", "", **circle)
    assert paths(found) == [Location(disc / "IMAGES" / "IM1")]
    assert found.refused == ()


def test_records_beyond_the_limit_are_refused_as_a_whole(disc):
    few = Rules(limits=Limits(members=2))
    assert len(listed(disc / "DICOMDIR", "IMAGES\\IM1", "A", rules=few).members) == 1
    with pytest.raises(CannotDecode) as caught:
        listed(disc / "DICOMDIR", "A", "B", "C", rules=few)
    assert caught.value.code is SkipCode.TOO_LARGE


def test_a_dicomdir_that_is_cut_off_gives_what_can_be_read(disc):
    content = make_dicomdir("IMAGES\\IM1", "IMAGES\\IM1", "IMAGES\\IM1")
    source = Source(Location(disc / "DICOMDIR"), len(content), 1, "0" * 64)
    counts = [
        len(list_directory(source, content[:size], RULES).members)
        for size in range(140, len(content) + 1)
    ]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 1)
