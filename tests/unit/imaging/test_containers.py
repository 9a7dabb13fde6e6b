import pytest

from core.types import Location
from imaging import zips
from imaging.containers import SourceReader
from imaging.rules import Rules
from tests.unit.imaging.archives import Member, make_dicomdir, make_zip


@pytest.fixture
def reader():
    reader = SourceReader(Rules(), lambda: None)
    yield reader
    reader.close()


def test_the_members_of_one_archive_are_read_with_one_look_at_its_list(
    reader, tmp_path, monkeypatch
):
    opened = []
    list_ = zips.ZipArchive._list
    monkeypatch.setattr(zips.ZipArchive, "_list", lambda self: opened.append(1) or list_(self))
    (tmp_path / "a").write_bytes(make_zip(*(Member(f"{i}", b"abc") for i in range(20))))
    source, content = reader.read(Location(tmp_path / "a"))
    container = reader.archive(source)
    assert content is None
    assert len(container.members) == 20
    assert all(reader.read(member.location)[1] == b"abc" for member in container.members)
    assert opened == [1]


def test_an_archive_that_was_replaced_is_looked_at_again(reader, tmp_path):
    for content in (b"old", b"newer"):
        (tmp_path / "a").write_bytes(make_zip(Member("x", content)))
        assert reader.read(Location(tmp_path / "a", "x"))[1] == content


def test_archives_can_take_turns(reader, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(make_zip(Member("x", name.encode())))
    for name in ("a", "b", "a"):
        assert reader.read(Location(tmp_path / name, "x"))[1] == name.encode()


def test_what_is_no_container_lists_nothing(reader, tmp_path):
    (tmp_path / "x").write_bytes(b"PK, and then text")
    source, content = reader.read(Location(tmp_path / "x"))
    assert content == b"PK, and then text"
    assert reader.directory(source, content) is None


def test_a_dicomdir_is_read_whole_and_listed(reader, tmp_path):
    (tmp_path / "x").write_bytes(make_dicomdir("X"))
    source, content = reader.read(Location(tmp_path / "x"))
    assert content == make_dicomdir("X")
    assert [each.location for each in reader.directory(source, content).members] == [
        Location(tmp_path / "x")
    ]


def test_a_long_look_at_an_archive_says_that_it_gets_on(tmp_path):
    beats = []
    reader = SourceReader(Rules(), lambda: beats.append(1))
    (tmp_path / "a").write_bytes(make_zip(Member("x", b"abc")))
    reader.read(Location(tmp_path / "a"))
    reader.close()
    assert beats == [1, 1]  # it was listed, and its one stretch was hashed
