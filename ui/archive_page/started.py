"""A run that this session has started: followed until it tells of itself, or dies."""

from typing import Final

import streamlit as st

from radseek.starting import Started
from ui.language import _
from ui.parts.notices import refusal

KEY: Final = "run-started"
WORDS: Final = "run-last-words"
SECONDS: Final = 1.0  # between two looks


def follow(started: Started) -> None:
    """Draw it from now on, by `started_run`."""
    st.session_state[KEY] = started
    st.session_state.pop(WORDS, None)


def started_run() -> None:
    """Draw what became of the run, where its own note does not say it. Raises StorageError."""
    started: Started | None = st.session_state.get(KEY)
    if started is not None and started.is_over():
        del st.session_state[KEY]
        if started.has_died():
            st.session_state[WORDS] = started.last_words()
    elif started is not None and not _is_followed(started):
        _wait(started)
    if WORDS in st.session_state:
        refusal(_("The run that was started has failed. This is what it said last:"))
        st.code(st.session_state[WORDS], language=None, wrap_lines=True)
        st.button(_("Close"), on_click=_forget, key="run-forget")


@st.fragment(run_every=SECONDS)
def _wait(started: Started) -> None:
    """Until it tells of itself, or from its last note until it has said all."""
    if started.is_over() or _is_followed(started):
        st.rerun()
    if started.note() is None:
        st.text(_("It is starting."))


def _is_followed(started: Started) -> bool:
    note = started.note()
    return note is not None and note.is_on


def _forget() -> None:
    st.session_state.pop(WORDS, None)
