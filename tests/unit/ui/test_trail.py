from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st

from core.types import Location, Record, Tags
from search.query import InstancePart, TextPart
from ui.search_page.trail import MOST_STEPS, steps_taken, visit
from ui.search_page.view import View

MADE = datetime(2026, 11, 21, tzinfo=UTC)
PICTURE = View(parts=(InstancePart(3),))


class Snapshot:
    def describe(self, ids):
        return [Record(each, Location(Path("/a")), 0, Tags(), MADE) for each in ids]


@pytest.fixture(autouse=True)
def fresh_session():
    st.session_state.clear()


def see(*views):
    for view in views:
        visit(view, {}, Snapshot())
    return [step.view for step in steps_taken()]


def test_each_question_is_a_step_and_no_question_is_none():
    assert see(View(k=24), View("chest"), PICTURE) == [View("chest"), PICTURE]


def test_a_step_keeps_the_filters_and_the_page_that_it_was_left_with():
    later = View("chest", k=24, page=3).filtered("modality", ["CT"])
    assert see(View("chest"), PICTURE, later) == [later, PICTURE]


def test_another_weight_is_the_same_step_and_another_sign_is_not():
    def mass(weight):
        return View("chest", (TextPart("mass", weight),))

    assert see(mass(1.0), mass(2.0)) == [mass(2.0)]
    assert see(mass(-0.3)) == [mass(2.0), mass(-0.3)]


def test_a_step_reads_as_its_words_and_shows_its_first_picture():
    see(View("chest", (TextPart("mass", -0.3), InstancePart(3))), PICTURE, View(liked=(4,)))
    at = f"?at={MADE.timestamp():.0f}"
    assert [(step.label, step.src, step.words) for step in steps_taken()] == [
        ("chest, − mass", f"api/thumb/3{at}", "chest"),
        ("Picture 3", f"api/thumb/3{at}", ""),
        ("Judged pictures", f"api/thumb/4{at}", ""),
    ]


def test_the_oldest_steps_go_first():
    views = [View(f"chest {n}") for n in range(MOST_STEPS + 2)]
    assert see(*views) == views[2:]
