import hashlib
import os
import socket
from pathlib import Path

import pytest

from core.errors import CannotDecode
from core.types import Found, Location, SkipCode, Skipped
from imaging.limits import DEFAULT_LIMITS, Limits
from imaging.sources import read_source, walk
from tests.unit.imaging.archives import Member, make_zip


def make_tree(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def walked(*paths):
    """The paths of what a walk finds; one that it skips would fail here."""
    found = list(walk(paths))
    assert all(isinstance(each, Found) for each in found)
    return [each.location.path for each in found]


def refused(path, limits=DEFAULT_LIMITS):
    with pytest.raises(CannotDecode) as caught:
        read_source(Location(path), limits)
    return caught.value


def test_every_file_comes_in_sorted_order_hidden_ones_too(tmp_path):
    make_tree(tmp_path, "b/2", "b/10", ".hidden/x", "a.dcm", "b.dcm", "c")
    names = [str(path.relative_to(tmp_path)) for path in walked(tmp_path)]
    assert names == [".hidden/x", "a.dcm", "b/10", "b/2", "b.dcm", "c"]


def test_a_file_comes_with_its_size_and_time(tmp_path):
    make_tree(tmp_path, "four")
    os.utime(tmp_path / "four", ns=(1, 1_234_567_890))
    assert list(walk([tmp_path])) == [Found(Location(tmp_path / "four"), 4, 1_234_567_890)]


def test_a_file_named_twice_comes_once(tmp_path):
    make_tree(tmp_path, "a/x", "a/y")
    assert walked(tmp_path / "a" / "y", tmp_path, tmp_path / "a") == [
        tmp_path / "a" / "x",
        tmp_path / "a" / "y",
    ]


def test_paths_are_absolute_where_the_given_one_is_not(tmp_path, monkeypatch):
    make_tree(tmp_path, "a/x")
    monkeypatch.chdir(tmp_path)
    assert walked(Path("a/../a")) == [tmp_path / "a" / "x"]


def test_a_cycle_of_links_ends_and_linked_files_come_once(tmp_path):
    make_tree(tmp_path, "archive/x", "elsewhere/y")
    (tmp_path / "archive" / "up").symlink_to(tmp_path / "archive")
    (tmp_path / "archive" / "out").symlink_to(tmp_path / "elsewhere" / "y")
    (tmp_path / "archive" / "same").symlink_to(tmp_path / "archive" / "x")
    assert sorted(walked(tmp_path / "archive")) == [
        tmp_path / "archive" / "x",
        tmp_path / "elsewhere" / "y",
    ]


@pytest.mark.parametrize("target", ["link", "nowhere"])
def test_a_link_that_leads_nowhere_is_skipped(tmp_path, target):
    (tmp_path / "link").symlink_to(tmp_path / target)
    (skipped,) = walk([tmp_path])
    assert isinstance(skipped, Skipped)
    assert skipped.location == Location(tmp_path / target)
    assert skipped.code is SkipCode.UNREADABLE


def test_a_path_that_is_not_there_is_skipped(tmp_path):
    assert list(walk([tmp_path / "missing"])) == [
        Skipped(
            Location(tmp_path / "missing"),
            SkipCode.UNREADABLE,
            "It cannot be read: No such file or directory. Check the path and its permissions.",
        )
    ]


def test_a_folder_that_cannot_be_listed_is_skipped_and_the_walk_goes_on(tmp_path, monkeypatch):
    make_tree(tmp_path, "a/x", "locked/y", "z")
    scandir = os.scandir

    def scan(folder):
        if folder == str(tmp_path / "locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", scan)
    first, second, third = walk([tmp_path])
    assert [first.location.path, third.location.path] == [tmp_path / "a" / "x", tmp_path / "z"]
    assert (second.location.path, second.code) == (tmp_path / "locked", SkipCode.UNREADABLE)
    assert "Permission denied" in second.reason


def test_what_is_no_regular_file_is_found_and_left_for_reading_to_refuse(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert walked(tmp_path) == [tmp_path / "pipe"]


def test_a_name_of_odd_bytes_is_found_as_it_is(tmp_path):
    path = Path(os.fsdecode(bytes(tmp_path) + b"/\xff\x1b[31m\n.dcm"))
    path.write_bytes(b"x")
    assert walked(tmp_path) == [path]
    assert read_source(Location(path))[1] == b"x"


def test_a_file_is_read_with_its_size_time_and_hash(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    os.utime(path, ns=(1, 1_234_567_890))
    source, content = read_source(Location(path))
    assert content == b"abc"
    assert source.location == Location(path)
    assert (source.size, source.modified_ns) == (3, 1_234_567_890)
    assert source.sha256 == hashlib.sha256(b"abc").hexdigest()


def test_a_member_is_read_from_its_archive(tmp_path):
    path = tmp_path / "archive"
    path.write_bytes(make_zip(Member("in/side", b"abc")))
    source, content = read_source(Location(path, "in/side"))
    assert content == b"abc"
    assert source.location == Location(path, "in/side")
    assert (source.size, source.sha256) == (3, hashlib.sha256(b"abc").hexdigest())
    assert source.modified_ns == path.stat().st_mtime_ns


def test_an_empty_file_is_empty(tmp_path):
    (tmp_path / "x").touch()
    assert refused(tmp_path / "x").code is SkipCode.EMPTY


@pytest.mark.parametrize("name", ["missing", "folder", "pipe", "socket", "dangling"])
def test_what_is_no_regular_file_is_unreadable_at_once(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    error = refused(tmp_path / name)
    assert error.code is SkipCode.UNREADABLE
    assert error.reason.endswith(".")


def test_a_device_is_unreadable():
    assert refused(Path("/dev/zero")).code is SkipCode.UNREADABLE


def test_a_file_that_may_not_be_read_says_so_without_its_name(tmp_path, monkeypatch):
    path = tmp_path / "Example^Name"
    path.touch()

    def refuse(*_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    error = refused(path)
    assert (error.code, "Permission denied" in error.reason) == (SkipCode.UNREADABLE, True)
    assert "Example" not in error.reason


def test_a_file_beyond_the_limit_is_not_read(tmp_path):
    (tmp_path / "x").write_bytes(b"0" * 11)
    assert refused(tmp_path / "x", Limits(file_bytes=10)).code is SkipCode.TOO_LARGE
    assert read_source(Location(tmp_path / "x"), Limits(file_bytes=11))[1] == b"0" * 11


@pytest.mark.parametrize("later", [b"abcdef", b"a"])
def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path, monkeypatch, later):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    fstat, states = os.fstat, []

    def change(descriptor):
        if len(states) == 2:  # its kind was looked at, and its size
            path.write_bytes(later)
        states.append(fstat(descriptor))
        return states[-1]

    monkeypatch.setattr(os, "fstat", change)
    assert refused(path).code is SkipCode.UNREADABLE


def test_links_that_lead_out_are_refused_where_they_must_not(tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside / "deep", outside):
        folder.mkdir(parents=True)
        (folder / "picture").write_bytes(b"1")
    (inside / "file-out").symlink_to(outside / "picture")
    (inside / "deep" / "folder-out").symlink_to(outside)
    (inside / "up").symlink_to(tmp_path)
    (inside / "within").symlink_to(inside / "deep")

    found = list(walk([inside], links_out=False))
    refused = {each.location.path for each in found if isinstance(each, Skipped)}
    assert refused == {inside / "file-out", inside / "deep" / "folder-out", inside / "up"}
    assert {each.code for each in found if isinstance(each, Skipped)} == {SkipCode.UNSAFE_PATH}
    read = [each.location.path for each in found if isinstance(each, Found)]
    assert read == [inside / "deep" / "picture"]
    assert outside / "picture" in [each.location.path for each in walk([inside])]
    both = [each.location.path for each in walk([inside, outside], links_out=False)]
    assert outside / "picture" in both


def test_a_link_that_is_named_itself_is_where_it_leads_to(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "picture").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "there")
    (found,) = walk([tmp_path / "link"], links_out=False)
    assert found.location.path == tmp_path / "there" / "picture"
