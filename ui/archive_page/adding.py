"""A folder is added, and the run is stopped: by those who may change the collection."""

from typing import Final

import streamlit as st

from core.errors import NotAllowed, RadseekError
from core.types import SkipCode
from radseek.settings import Settings
from radseek.starting import (
    NO_ROOTS,
    allowed_path,
    start_check,
    start_indexing,
    start_retry,
    stop_indexing,
)
from storage.run_notes import Work, run_notes
from ui.access.roles import Role, current_role
from ui.archive_page.started import follow, started_run
from ui.archive_page.tables import note
from ui.language import _
from ui.parts.notices import refusal

TYPED: Final = "archive-folder"
PROBLEM: Final = "archive-problem"


def adding(settings: Settings) -> None:
    """Draw what adds a folder, or stops the run that is on. Raises StorageError."""
    if PROBLEM in st.session_state:
        refusal(st.session_state.pop(PROBLEM))
    notes = run_notes(settings.home, settings.collection)
    if any(one.is_on and one.work is Work.INDEX for one in notes):
        st.button(_("Stop"), on_click=_stop, args=(settings,), key="archive-stop")
    elif settings.roots:
        _form(settings)
    else:
        note(NO_ROOTS)
    started_run()


def _form(settings: Settings) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="archive-adding"):
        st.text_input(_("Folder to add"), key=TYPED, placeholder=str(settings.roots[0]), width=420)
        st.button(_("Index it"), on_click=_start, args=(settings,), key="archive-start")


def retry(settings: Settings, code: SkipCode) -> None:
    """Read the files of a code again; what hinders it becomes a notice."""
    try:
        check_admin()
        follow(start_retry(settings, code))
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)


def verify_now(settings: Settings) -> None:
    """Check the collection; what hinders it becomes a notice."""
    try:
        check_admin()
        follow(start_check(settings))
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)


def _start(settings: Settings) -> None:
    try:
        check_admin()
        follow(start_indexing(settings, allowed_path(settings, st.session_state[TYPED])))
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)


def _stop(settings: Settings) -> None:
    try:
        check_admin()
        stop_indexing(settings)
    except RadseekError as error:
        st.session_state[PROBLEM] = str(error)


def check_admin() -> None:
    """Raise NotAllowed for a session whose role was taken away since it was drawn."""
    if not current_role().may(Role.ADMIN):
        raise NotAllowed("Only an admin may change the collection.")
