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
    """Draw what became of the run, while its own note does not say it. Raises StorageError."""
    started: Started | None = st.session_state.get(KEY)
    if started is not None and started.process.poll() is not None:
        del st.session_state[KEY]
        if started.has_died():
            st.session_state[WORDS] = started.last_words()
    elif started is not None and not started.is_told():
        _wait(started)
    if WORDS in st.session_state:
        refusal(_("The run that was started has failed. This is what it said last:"))
        st.code(st.session_state[WORDS], language=None, wrap_lines=True)
        st.button(_("Close"), on_click=_forget, key="run-forget")


@st.fragment(run_every=SECONDS)
def _wait(started: Started) -> None:
    if started.is_told() or started.process.poll() is not None:
        st.rerun()
    st.text(_("It is starting."))


def _forget() -> None:
    st.session_state.pop(WORDS, None)
