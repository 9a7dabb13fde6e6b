import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Hit, Location, Record, Tags, Unit
from radseek.cli.output import HarmlessFormatter, harmless, hit_json, put_hits, put_json

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HIT = Hit(1, 0.5, Record(7, Location(Path("/a/b.zip"), "in\x1b[2J.dcm"), 0, Tags(), NOW, 1.5), 2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/a/ünï/頭部 1.dcm", "/a/ünï/頭部 1.dcm"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("one\ntwo\r\t", "one\\ntwo\\r\\t"),
        ("evil\u202egnp.dcm", "evil\\u202egnp.dcm"),
        ("bytes\udcff", "bytes\\udcff"),
        ("\x7f\x9b", "\\x7f\\x9b"),
    ],
)
def test_what_could_steer_a_terminal_is_shown_and_not_done(text, shown):
    assert harmless(text) == shown


@given(st.text())
def test_all_that_is_printed_can_be_seen(text):
    kinds = {category(mark) for mark in harmless(text)}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_people_write_stays_as_it_is(text):
    assert harmless(text) == text


def test_hits_are_one_line_each(capsys):
    put_hits([HIT])
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "/a/b.zip!/in\\x1b[2J.dcm (and 2 more with the same pixels)" in out


def test_a_hit_says_what_else_there_is_of_its_unit(capsys):
    put_hits([replace(HIT, more=63)], Unit.STUDY)
    assert "(and 2 more with the same pixels, 63 more of its study)" in capsys.readouterr().out


def test_a_percentile_is_rounded_down(capsys):
    put_hits([replace(HIT, percentile=99.9756), HIT])
    first, second = capsys.readouterr().out.splitlines()
    assert "0.500  > 99.9 %  #7" in first
    assert "0.500  #7" in second


def test_the_json_of_a_hit_keeps_the_name_as_it_is(capsys):
    told = hit_json(HIT)
    assert (told["path"], told["member"]) == ("/a/b.zip", "in\x1b[2J.dcm")
    assert (told["along"], told["copies"]) == (1.5, 2)
    put_json(told)
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == told


def test_log_lines_go_through_the_same_door():
    record = logging.LogRecord("a", logging.WARNING, "", 0, "path=%s", ("\x1b[2J\n",), None)
    assert HarmlessFormatter("%(message)s").format(record) == "path=\\x1b[2J\\n"
