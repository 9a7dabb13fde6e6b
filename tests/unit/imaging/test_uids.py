import re
import uuid

import pytest

from imaging.uids import SERIES, SOP, STUDY, derived_uid, is_uid, uid_name

SHA256 = "ab" * 32


@pytest.mark.parametrize("text", ["1.2", "1.2.840.10008.1.2", "2.25.0", "1.02.3", "1." + "9" * 62])
def test_numbers_joined_by_dots_are_a_uid(text):
    assert is_uid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.",
        ".1",
        "1..2",
        "../../etc",
        "1.2/3",
        "1.2\\3",
        "1.a",
        "1. 2",
        "1.٣",
        "1." + "9" * 63,
    ],
)
def test_anything_else_is_none(text):
    assert not is_uid(text)


def test_a_derived_uid_is_a_uuid_below_its_root():
    uid = derived_uid(SOP, SHA256)
    assert is_uid(uid)
    number = re.fullmatch(r"2\.25\.([1-9]\d*)", uid)[1]
    assert uuid.UUID(int=int(number)).variant == uuid.RFC_4122


def test_a_derived_uid_is_the_same_for_the_same_bytes_only():
    uids = {derived_uid(level, sha) for level in (STUDY, SERIES, SOP) for sha in (SHA256, "c" * 64)}
    assert len(uids) == 6
    assert derived_uid(STUDY, SHA256) == derived_uid(STUDY, SHA256)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1.2.840.10008.1.2.5", "RLE Lossless"),
        ("1.2.3.4", "1.2.3.4"),
        ("Invented^Name", "not a UID"),
        ("\xff1.2.840.10008.1.2.5", "not a UID"),
        ("", "not a UID"),
    ],
)
def test_a_sentence_names_a_uid_and_never_repeats_what_is_none(text, name):
    assert uid_name(text) == name
