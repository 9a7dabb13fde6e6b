import hashlib
import os
import socket

import pytest

from core.errors import CannotDecode
from core.types import SkipCode, Skipped
from imaging import sources
from imaging.sources import read_source, walk


def make_tree(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def refused(path):
    with pytest.raises(CannotDecode) as caught:
        read_source(path)
    return caught.value


def test_every_file_comes_in_sorted_order_hidden_ones_too(tmp_path):
    make_tree(tmp_path, "b/2", "b/10", ".hidden/x", "a.dcm", "b.dcm", "c")
    names = [str(path.relative_to(tmp_path)) for path in walk([tmp_path])]
    assert names == [".hidden/x", "a.dcm", "b/10", "b/2", "b.dcm", "c"]


def test_a_file_named_twice_comes_once(tmp_path):
    make_tree(tmp_path, "a/x", "a/y")
    assert list(walk([tmp_path / "a" / "y", tmp_path, tmp_path / "a"])) == [
        tmp_path / "a" / "x",
        tmp_path / "a" / "y",
    ]


def test_paths_are_absolute_where_the_given_one_is_not(tmp_path, monkeypatch):
    make_tree(tmp_path, "a/x")
    monkeypatch.chdir(tmp_path)
    assert list(walk([sources.Path("a/../a")])) == [tmp_path / "a" / "x"]


def test_a_cycle_of_links_ends_and_linked_files_come_once(tmp_path):
    make_tree(tmp_path, "archive/x", "elsewhere/y")
    (tmp_path / "archive" / "up").symlink_to(tmp_path / "archive")
    (tmp_path / "archive" / "out").symlink_to(tmp_path / "elsewhere" / "y")
    (tmp_path / "archive" / "same").symlink_to(tmp_path / "archive" / "x")
    assert sorted(walk([tmp_path / "archive"])) == [
        tmp_path / "archive" / "x",
        tmp_path / "elsewhere" / "y",
    ]


@pytest.mark.parametrize("target", ["link", "nowhere"])
def test_a_link_that_leads_nowhere_is_skipped(tmp_path, target):
    (tmp_path / "link").symlink_to(tmp_path / target)
    (skipped,) = walk([tmp_path])
    assert (skipped.path, skipped.code) == (tmp_path / target, SkipCode.UNREADABLE)


def test_a_path_that_is_not_there_is_skipped(tmp_path):
    assert [type(found) for found in walk([tmp_path / "missing"])] == [Skipped]


def test_a_folder_that_cannot_be_listed_is_skipped_and_the_walk_goes_on(tmp_path, monkeypatch):
    make_tree(tmp_path, "a/x", "locked/y", "z")
    scandir = os.scandir

    def scan(folder):
        if folder == tmp_path / "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", scan)
    skipped = Skipped(
        tmp_path / "locked", SkipCode.UNREADABLE, "It cannot be listed: Permission denied."
    )
    assert list(walk([tmp_path])) == [tmp_path / "a" / "x", skipped, tmp_path / "z"]


def test_a_file_is_read_with_its_size_time_and_hash(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    os.utime(path, ns=(1, 1_234_567_890))
    source, content = read_source(path)
    assert content == b"abc"
    assert (source.path, source.size, source.modified_ns) == (path, 3, 1_234_567_890)
    assert source.sha256 == hashlib.sha256(b"abc").hexdigest()


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
    assert refused(sources.Path("/dev/zero")).code is SkipCode.UNREADABLE


def test_a_file_beyond_the_limit_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 10)
    (tmp_path / "x").write_bytes(b"0" * 11)
    assert refused(tmp_path / "x").code is SkipCode.TOO_LARGE


def test_a_file_that_grows_while_it_is_read_is_not_taken(tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    fstat, states = os.fstat, []

    def grow(descriptor):
        if states:
            path.write_bytes(b"abcdef")
        states.append(fstat(descriptor))
        return states[-1]

    monkeypatch.setattr(os, "fstat", grow)
    assert refused(path).code is SkipCode.UNREADABLE
