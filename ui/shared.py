"""The one archive that all sessions and routes of this server share."""

import gc
import logging

import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive, open_archive
from radseek.describing import Describer
from radseek.settings import load_settings
from search.query import by_text
from search.request import Request
from ui.viewer.stack import Stacks
from ui.viewer.turns import Turns

log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def shared_archive() -> Archive:
    """The archive that the settings name, made once per process."""
    return open_archive(load_settings())


@st.cache_resource(show_spinner=False)
def shared_stacks() -> Stacks:
    """The stacks that pictures were last opened in."""
    return Stacks()


@st.cache_resource(show_spinner=False)
def shared_turns() -> Turns:
    """The line of those who wait for a picture to be decoded."""
    return Turns()


@st.cache_resource(show_spinner=False)
def shared_explanations() -> Turns:
    """The line of those who wait for a heat map: it must not keep pictures waiting."""
    return Turns()


@st.cache_resource(show_spinner=False)
def shared_describer() -> Describer:
    """The captioner, loaded when it is first asked."""
    return Describer(load_settings())


def warm_up(archive: Archive) -> None:
    """Answer one small query and decode its hit: the first person need not wait for either."""
    try:
        results = archive.searcher().search(Request(by_text("chest"), k=1))
        for hit in results.hits:
            archive.unshaded(hit.record.location, hit.record.frame)
    except RadseekError as error:
        log.warning("warm-up failed: %s", error)
    else:
        log.info("warm-up done encode_s=%.2f", results.timings.encode_s)


def leave_to_stay() -> None:
    """Have the garbage collector pass over all that is there now, some 300,000 objects of torch.

    The second collection has it count from here when the next one is due.
    """
    gc.collect()
    gc.freeze()
    gc.collect()
