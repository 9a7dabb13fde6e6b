"""What is to be known of an answer, louder where it may mislead."""

from collections.abc import Sequence

import streamlit as st

from search.results import Results
from ui.language import _
from ui.parts.plain import in_html


def remarked(results: Results) -> None:
    """What the hits share beside what was asked for, and what was left out or has changed."""
    told = [*_alarms([str(alarm) for alarm in results.alarms]), *_notes(results.notes)]
    if told:
        st.html("".join(told))


def _alarms(sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    heading = in_html(_("These hits may be alike for another reason"))
    lines = "".join(f"<p>{in_html(sentence)}</p>" for sentence in sentences)
    return [f'<div class="rs-alarm" role="note"><strong>{heading}</strong>{lines}</div>']


def _notes(sentences: Sequence[str]) -> list[str]:
    if not sentences:
        return []
    lines = "".join(f"<li>{in_html(sentence)}</li>" for sentence in sentences)
    return [f'<ul class="rs-remarks">{lines}</ul>']
