"""An evaluation is started: by those who may change the server, as a process of its own."""

from pathlib import Path
from typing import Final

import streamlit as st

from core.errors import InvalidRequest, RadseekError
from radseek.settings import Settings
from radseek.starting import Truth, allowed_path, start_evaluation
from storage.run_notes import Work, run_notes
from ui.archive_page.adding import check_admin
from ui.archive_page.started import follow, started_run
from ui.language import _
from ui.parts.notices import refusal

BY: Final = "evaluate-by"
FILE: Final = "evaluate-file"
WITHIN: Final = "evaluate-within"
NAME: Final = "evaluate-name"
PROBLEM: Final = "evaluate-problem"


def running(settings: Settings) -> None:
    """Draw what starts one, while none is on. Raises StorageError."""
    notes = run_notes(settings.home, settings.collection)
    if not any(note.is_on and note.work is Work.EVALUATE for note in notes):
        with st.expander(_("Evaluate now"), expanded=PROBLEM in st.session_state):
            if PROBLEM in st.session_state:
                refusal(st.session_state.pop(PROBLEM))
            _form(settings)
    started_run()


def _form(settings: Settings) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="evaluate-form"):
        st.text_input(_("Tags that are the labels"), key=BY, placeholder="body_part", width=220)
        if settings.roots:
            st.text_input(
                _("Or a CSV file with labels"),
                key=FILE,
                placeholder=f"{settings.roots[0]}/labels.csv",
                width=320,
            )
        st.text_input(_("Once more within"), key=WITHIN, placeholder="modality", width=180)
        st.text_input(_("Name"), key=NAME, max_chars=80, width=180)
        st.button(_("Evaluate"), on_click=_start, args=(settings,), key="evaluate-start")


def _start(settings: Settings) -> None:
    try:
        check_admin()
        follow(start_evaluation(settings, truth_of(settings)))
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)


def truth_of(settings: Settings) -> Truth:
    """What was typed. Raises InvalidRequest, and NotAllowed for a file outside of the roots."""
    by, file = _typed(BY), _typed(FILE)
    if bool(by) == bool(file):
        raise InvalidRequest(
            "Say where the labels are: type tags, such as body_part, or the path of a CSV file."
        )
    path: Path | None = allowed_path(settings, file) if file else None
    return Truth(_typed(NAME), by, path, _typed(WITHIN))


def _typed(key: str) -> str:
    return str(st.session_state.get(key, "")).strip()
