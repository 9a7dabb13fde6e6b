"""Files made to break a reader: each ends in a reason, or in the picture that is there."""

import contextlib
import re
import zlib
from hashlib import sha256

import pytest
from pydicom.uid import ImplicitVRLittleEndian

from core.errors import CannotDecode
from core.types import Catalogued, Container, DecodedFile, Found, Location, SkipCode, Skipped
from imaging import scan
from imaging.decode import read_content, read_header
from imaging.file_answering import FileAnswering
from imaging.limits import Limits
from imaging.rules import Rules
from imaging.uids import is_uid
from imaging.work import FileTask
from tests.hostile_files import (
    BOMBS,
    CONTAINER,
    EMBEDDED,
    HOSTILE,
    ROW,
    TO_100,
    before_pixels,
    deflated,
    element,
    nested,
    nested_by_length,
    shown,
    zeros,
)
from tests.unit.imaging.factories import INSTANCE_UID, make_dicom

RULES = Rules()


def unprepared(pixels):
    return pixels


def answer(content, path):
    """Read a file as a worker does, in this process."""
    path.write_bytes(content)
    answering = FileAnswering(unprepared, Rules(), alive=lambda: None)
    return answering(
        FileTask(0, Found(Location(path), len(content), 0), frozenset(), defer_slices=False)
    )


def ending(outcome):
    """Say in one word what became of a file."""
    match outcome:
        case DecodedFile():
            return EMBEDDED
        case Container():
            return CONTAINER
        case Catalogued(kept=kept):
            return kept.code
        case Skipped(code=code):
            return code
    raise AssertionError(outcome)


def reason_of(outcome):
    return getattr(outcome, "reason", "") or getattr(getattr(outcome, "kept", None), "reason", "")


# What the writer of pydicom thinks of the files that are to be bad is no matter.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_file_has_the_outcome_that_it_should(name, tmp_path):
    case = HOSTILE[name]
    outcome = answer(case.content, tmp_path / "SECRET.dcm")
    assert ending(outcome) == case.outcome
    if case.row is not None:
        assert tuple(outcome.pictures[0].pixels[0, :, 0].tolist()) == case.row
    if case.outcome not in (EMBEDDED, CONTAINER):
        assert reason_of(outcome).endswith(".")
        assert "SECRET" not in reason_of(outcome)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in BOMBS])
def test_a_header_says_no_more_than_the_whole_file(name):
    """What the header alone refuses is refused for the same reason when all is read."""
    content = HOSTILE[name].content
    digest = sha256(content).hexdigest()
    try:
        header = read_header(content, digest, Rules())
    except CannotDecode as error:
        with pytest.raises(CannotDecode, match="^" + re.escape(error.reason) + "$"):
            read_content(content, digest, Rules())
        return
    assert header.pictures == ()
    with contextlib.suppress(CannotDecode):
        decoded = read_content(content, digest, Rules())
        assert (decoded.instance, decoded.kept) == (header.instance, header.kept)


def header_of(content, rules=RULES):
    return read_header(content, "ab" * 32, rules).instance


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("markup in a name", "<script>alert(1)</script>^<b>"),
        ("control characters in a name", "A B C [31mD"),
        ("a name that turns the direction of writing", "A d.exe"),
        ("a name of bytes that are no text", "ÿþ"),
    ],
)
def test_a_hostile_name_is_text_on_one_line(name, expected):
    assert header_of(HOSTILE[name].content).identity.name_alphabetic == expected


def test_a_formula_stays_the_text_that_it_is():
    identity = header_of(HOSTILE["a formula in a name"].content).identity
    assert identity.name_alphabetic == ""  # an equals sign ends the alphabetic group
    assert identity.name_ideographic == "HYPERLINK(1)^+1-2@3"


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.startswith("a UID like")])
def test_a_bad_uid_is_replaced_and_said_to_be(name):
    tags = header_of(HOSTILE[name].content).tags
    assert tags.derived_uids == "study,series,sop"
    uids = {tags.study_uid, tags.series_uid, tags.sop_uid}
    assert len(uids) == 3
    assert all(is_uid(uid) and uid.startswith("2.25.") for uid in uids)


def test_a_missing_uid_may_stand_in_the_meta_information():
    tags = header_of(HOSTILE["no UIDs"].content).tags
    assert (tags.sop_uid, tags.derived_uids) == (INSTANCE_UID, "study,series")


def test_a_transfer_syntax_that_is_text_is_not_repeated():
    found = read_content(HOSTILE["a transfer syntax that is text"].content, "", RULES)
    assert found.instance.tags.transfer_syntax_uid == ""
    assert "SECRET" not in found.kept.reason


def test_numbers_beyond_all_bounds_are_none():
    tags = header_of(HOSTILE["numbers beyond all bounds"].content).tags
    assert (tags.instance_number, tags.series_number) == (None, None)


def test_a_long_text_is_cut_to_the_limit():
    content = HOSTILE["a description of a megabyte"].content
    assert header_of(content).tags.study_description == "é" * 1024
    short = Rules(limits=Limits(text=5))
    assert header_of(content, short).tags.study_description == "é" * 5


def test_a_deflated_data_set_is_inflated_to_a_limit():
    rules = Rules(limits=Limits(inflated_bytes=1 << 20))
    padding = element(0x7FE11010, bytes(1 << 19), "OB")
    small = deflated(zlib.compress(padding, wbits=-zlib.MAX_WBITS))
    assert len(read_content(small, "", rules).pictures) == 1
    with pytest.raises(CannotDecode) as caught:
        read_content(deflated(zeros(2, -zlib.MAX_WBITS)), "", rules)
    assert caught.value.code is SkipCode.TOO_LARGE


def test_what_a_header_declares_is_refused_by_the_limits_of_the_run():
    rules = Rules(limits=Limits(frame_samples=2))
    with pytest.raises(CannotDecode) as caught:
        read_header(shown(), "", rules)
    assert caught.value.code is SkipCode.TOO_LARGE


def elements_looked_at(content, monkeypatch):
    """Count the elements that are looked at to read a header, again and again ones too."""
    looked_at = []
    with monkeypatch.context() as patched:
        head = scan._head
        patched.setattr(scan, "_head", lambda *place: looked_at.append(place) or head(*place))
        read_header(content, "", RULES)
    return len(looked_at)


@pytest.mark.parametrize("make", [nested, nested_by_length])
def test_the_work_grows_with_the_bytes_and_not_with_their_square(make, monkeypatch):
    """Twice the depth would be four times the work, were each level read within each other."""
    plain = make_dicom(ROW, ImplicitVRLittleEndian, **TO_100)
    shallow, deep = (
        elements_looked_at(before_pixels(plain, make(depth)), monkeypatch) for depth in (2000, 4000)
    )
    assert deep < 2.1 * shallow
    assert deep < 10 * 4000
