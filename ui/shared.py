"""The one archive that all sessions and routes of this server share."""

import logging

import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive, open_archive
from radseek.settings import load_settings
from search.query import by_text
from search.request import Request

log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def shared_archive() -> Archive:
    """The archive that the settings name, made once per process."""
    return open_archive(load_settings())


def warm_up(archive: Archive) -> None:
    """Answer one small query, so that the first person does not wait for the encoder to load."""
    try:
        results = archive.searcher().search(Request(by_text("chest"), k=1))
    except RadseekError as error:
        log.warning("warm-up failed: %s", error)
    else:
        log.info("warm-up done encode_s=%.2f", results.timings.encode_s)
