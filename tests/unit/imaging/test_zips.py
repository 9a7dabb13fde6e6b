import os
import zipfile
from hashlib import sha256
from io import BytesIO

import pytest

from core.errors import CannotDecode
from core.types import Found, Location, SkipCode, Source
from imaging.limits import DEFAULT_LIMITS, Limits
from imaging.zips import ZipArchive, is_zip
from tests.unit.imaging.archives import LINK, Member, deflate, make_bomb, make_zip


@pytest.fixture
def opened(tmp_path):
    """A function that writes an archive and opens it."""
    archives = []

    def open_(content, limits=DEFAULT_LIMITS):
        (tmp_path / "a").write_bytes(content)
        archives.append(ZipArchive(tmp_path / "a", limits))
        return archives[-1]

    yield open_
    for archive in archives:
        archive.close()


def container(archive):
    return archive.container(archive.source())


def names(archive):
    return [found.location.member for found in container(archive).members]


def refusals(archive):
    return {skipped.location.member: skipped.code for skipped in container(archive).refused}


def code_of(reading, *arguments):
    with pytest.raises(CannotDecode) as caught:
        reading(*arguments)
    return caught.value.code


def test_an_archive_comes_with_its_members_in_their_order(opened, tmp_path):
    content = make_zip(Member("b/2", b"two"), Member("a", b"one, packed"), Member("b/1", b"!"))
    found, path = container(opened(content)), tmp_path / "a"
    when = path.stat().st_mtime_ns
    assert found.kind == "zip archive"
    assert found.source == Source(Location(path), len(content), when, sha256(content).hexdigest())
    assert found.members == (
        Found(Location(path, "b/2"), 3, when),
        Found(Location(path, "a"), 11, when),
        Found(Location(path, "b/1"), 1, when),
    )
    assert found.refused == ()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_is_read_as_it_was_packed(opened, tmp_path, method):
    content, packed = bytes(range(256)) * 40, BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("in/side", content)
    source, read = opened(packed.getvalue()).read("in/side")
    assert read == content
    assert source.location == Location(tmp_path / "a", "in/side")
    assert (source.size, source.sha256) == (10240, sha256(content).hexdigest())
    assert source.modified_ns == (tmp_path / "a").stat().st_mtime_ns


def test_a_streamed_archive_without_sizes_in_its_headers_is_read(opened):
    class Stream(BytesIO):
        def seekable(self):
            return False

    packed = Stream()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"abc")
    assert opened(packed.getvalue()).read("x")[1] == b"abc"


def test_an_archive_without_members_is_an_archive(opened):
    assert is_zip(make_zip())
    assert container(opened(make_zip())).members == ()


def test_folders_are_no_members_but_what_has_bytes_is(opened):
    archive = opened(make_zip(Member("f/"), Member("f/x", b"1"), Member("full/", b"2")))
    assert names(archive) == ["f/x", "full/"]
    assert refusals(archive) == {}


def test_what_begins_like_an_archive_but_is_marked_as_dicom_is_none():
    assert is_zip(make_zip(Member("x", b"1")))
    assert not is_zip(b"PK\x03\x04".ljust(128, b"\0") + b"DICM")
    assert not is_zip(b"PK")
    assert not is_zip(b"")


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../../up", "C:\\windows\\x", "a\0b", "\x1b[31m\n", "<b>", "..", " "]
)
def test_a_name_is_text_and_leads_nowhere(opened, tmp_path, name):
    archive = opened(make_zip(Member(name, b"abc")))
    assert names(archive) == [name]
    assert archive.read(name)[1] == b"abc"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_of_two_members_of_one_name_the_last_stands(opened):
    archive = opened(make_zip(Member("x", b"old"), Member("y", b"why"), Member("x", b"new")))
    assert names(archive) == ["y", "x"]
    assert archive.read("x")[1] == b"new"
    assert refusals(archive) == {"x [member 1]": SkipCode.UNSUPPORTED}


def test_the_name_of_an_earlier_member_is_nobody_elses(opened):
    archive = opened(make_zip(Member("x", b"1"), Member("x [member 1]", b"2"), Member("x", b"3")))
    assert names(archive) == ["x [member 1]", "x"]
    assert list(refusals(archive)) == ["x [member 1]'"]


@pytest.mark.parametrize(
    ("name", "shown"), [("", " [member 1]"), ("n" * 9, "n" * 8 + " [member 1]")]
)
def test_a_member_without_a_name_to_use_is_refused_under_its_number(opened, name, shown):
    archive = opened(make_zip(Member(name, b"abc")), Limits(text=8))
    assert refusals(archive) == {shown: SkipCode.UNSUPPORTED}


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (Member("x", b"/etc/passwd", mode=LINK), SkipCode.UNSUPPORTED),
        (Member("x", b"abc", flags=1), SkipCode.UNSUPPORTED),
        (Member("x", b"abc", method=9), SkipCode.UNSUPPORTED),
        (Member("x", b"abc", method=12), SkipCode.UNSUPPORTED),
        (Member("x", bytes(101)), SkipCode.TOO_LARGE),
        (Member("x", b"abc", size=1 << 31), SkipCode.TOO_LARGE),
    ],
    ids=["link", "encrypted", "deflate64", "bzip2", "large", "declared large"],
)
def test_a_member_that_cannot_be_read_is_refused_with_the_others_untouched(opened, member, code):
    archive = opened(make_zip(member, Member("good", b"abc")), Limits(file_bytes=100))
    assert names(archive) == ["good"]
    assert refusals(archive) == {"x": code}
    assert code_of(archive.read, "x") is code  # when it is tried again by itself
    assert archive.read("good")[1] == b"abc"


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (Member("x"), SkipCode.EMPTY),
        (Member("x", b"abc", crc=1), SkipCode.CORRUPT),
        (Member("x", bytes(1 << 20), size=10), SkipCode.CORRUPT),
        (Member("x", b"abc", size=9), SkipCode.CORRUPT),
        (Member("x", bytes(9999), packed=deflate(bytes(9999))[:5]), SkipCode.CORRUPT),
        (Member("x", b"abc", packed=b"\xff\xff\xff"), SkipCode.CORRUPT),
        (Member("x", b"abc", offset=7), SkipCode.CORRUPT),
        (Member("x", b"abc", offset=1 << 30), SkipCode.CORRUPT),
        (Member("x", b"abc", flags=1 << 5), SkipCode.UNSUPPORTED),
        (Member("x", make_zip(Member("y", b"abc"))), SkipCode.UNSUPPORTED),
    ],
    ids=lambda value: value if isinstance(value, SkipCode) else "",
)
def test_a_member_that_turns_out_bad_says_how(opened, member, code):
    archive = opened(make_zip(member, Member("good", b"abc")))
    assert code_of(archive.read, "x") is code
    assert archive.read("good")[1] == b"abc"


def test_a_member_that_inflates_beyond_its_size_is_cut_off_and_not_held(opened, monkeypatch):
    reads = []
    read = zipfile.ZipExtFile.read
    monkeypatch.setattr(
        zipfile.ZipExtFile,
        "read",
        lambda self, most: reads.append(read(self, most)) or reads[-1],
    )
    archive = opened(make_zip(Member("x", bytes(1 << 24), size=1000, crc=0xF1D0CA30)))
    assert code_of(archive.read, "x") is SkipCode.CORRUPT
    assert sum(map(len, reads)) <= 1001


def test_members_that_share_their_bytes_are_refused(opened):
    archive = opened(make_bomb(copies=5))
    assert set(refusals(archive).values()) == {SkipCode.CORRUPT}
    assert len(refusals(archive)) == 5
    assert len(names(archive)) == 1  # the last of them has the bytes for itself


def test_a_member_that_is_gone_is_unreadable(opened):
    assert code_of(opened(make_zip()).read, "x") is SkipCode.UNREADABLE


@pytest.mark.parametrize("cut", [1, 22, 60])
def test_an_archive_that_is_cut_off_is_corrupt(opened, cut):
    content = make_zip(Member("x", b"abc"), Member("y", b"abc"))
    assert code_of(opened, content[:-cut]) is SkipCode.CORRUPT


def test_members_before_the_beginning_of_what_is_left_are_corrupt(opened):
    content = make_zip(Member("x", b"abc" * 9, method=0), Member("y", b"defg"))
    archive = opened(content[:40] + content[50:])
    assert refusals(archive) == {"x": SkipCode.CORRUPT}
    assert archive.read("y")[1] == b"defg"


def test_an_archive_whose_directory_is_garbage_is_corrupt(opened):
    content = make_zip(Member("x", b"abc"))
    assert code_of(opened, content.replace(b"PK\x01\x02", b"PK\x01\x09")) is SkipCode.CORRUPT


def test_a_name_that_is_not_what_its_flag_says_makes_the_archive_corrupt(opened):
    content = make_zip(Member("xyz", b"abc")).replace(b"xyz", b"\xff\xfe\xfd")
    assert code_of(opened, content) is SkipCode.CORRUPT


def test_an_archive_with_more_members_than_the_limit_is_too_large(opened):
    members = [Member(str(number), b"1") for number in range(4)]
    assert len(names(opened(make_zip(*members), Limits(members=4)))) == 4
    assert code_of(opened, make_zip(*members), Limits(members=3)) is SkipCode.TOO_LARGE


def test_an_archive_that_changed_is_no_longer_current(opened, tmp_path):
    archive = opened(make_zip(Member("x", b"abc")))
    assert archive.is_current()
    (tmp_path / "a").write_bytes(make_zip())
    assert not archive.is_current()
    assert code_of(archive.source) is SkipCode.UNREADABLE
    (tmp_path / "a").unlink()
    assert not archive.is_current()


def test_an_archive_that_cannot_be_opened_is_unreadable(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "pipe"):
        assert code_of(ZipArchive, tmp_path / name) is SkipCode.UNREADABLE


def test_an_archive_says_that_it_gets_on_while_it_is_hashed(opened, monkeypatch):
    monkeypatch.setattr("imaging.zips.HASHED_AT_ONCE", 100)
    content, beats = make_zip(Member("x", b"a" * 450, method=0)), []
    source = opened(content).source(lambda: beats.append(1))
    assert len(beats) == -(-len(content) // 100)
    assert source.sha256 == sha256(content).hexdigest()
