import pytest
import streamlit as st

from search.enrichment import Alarm
from search.results import Results, Timings
from ui.search_page.remarked import remarked

PLAIN = Results((), 1, 1, Timings(0, 0, 0))


@pytest.fixture
def shown(monkeypatch):
    html = []
    monkeypatch.setattr(st, "html", html.append)
    return html


def test_where_there_is_nothing_to_say_nothing_is_shown(shown):
    remarked(PLAIN)
    assert shown == []


def test_what_hits_share_is_louder_than_what_was_left_out(shown):
    alarm = Alarm("scanner", "<b>X</b> 9", "CT", 9, 10, 0.12)
    remarked(Results((), 1, 1, Timings(0, 0, 0), alarms=(alarm,), notes=("Without 2 pictures.",)))
    (html,) = shown
    loud, quiet = html.split("<ul")
    assert 'class="rs-alarm"' in loud
    assert "Hits of 9 of 10 patients" in loud
    assert "&lt;b&gt;X&lt;/b&gt; 9" in loud
    assert "<li>Without 2 pictures.</li>" in quiet
