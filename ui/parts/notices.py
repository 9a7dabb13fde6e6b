"""What the page says when there is nothing to show, and what it always says."""

from collections.abc import Sequence

import streamlit as st

from core.errors import RadseekError
from radseek.archive import Archive
from ui.language import N_, _, plural
from ui.parts.plain import in_html, sentence

NOT_FOR_DIAGNOSIS = N_("Not a medical device. Not for diagnosis.")
KEYS = N_("/ search · ←↑↓→ move · S similar · I details")


def footer(archive: Archive) -> None:
    """The line at the foot of the page: what this is not, what is searched, the keys."""
    warning, keys = _(NOT_FOR_DIAGNOSIS), _(KEYS)
    spans = (("rs-warning", warning), ("rs-held", held(archive)), ("rs-keys", keys))
    inner = "".join(f'<span class="{name}">{in_html(text)}</span>' for name, text in spans)
    st.html(f'<div class="rs-footer" role="note">{inner}</div>')


def held(archive: Archive) -> str:
    """What the collection holds, and by which encoder; empty where none can be opened."""
    try:
        reader = archive.reader()
        pictures = len(reader.snapshot().ids)
    except RadseekError:
        return ""
    encoder = f"{reader.card.name} {reader.card.version}"
    return plural(
        "{n} picture, encoder {name}", "{n} pictures, encoder {name}", pictures, name=encoder
    )


def nothing_indexed(reason: str) -> None:
    """There is no collection, or an empty one; the reason says how to fill it."""
    empty(_("Nothing is indexed yet"), reason)


def told(remarks: Sequence[str]) -> None:
    """What is to be known of an answer, a line each."""
    lines = "".join(f"<li>{in_html(remark)}</li>" for remark in remarks)
    st.html(f'<ul class="rs-remarks">{lines}</ul>')


def no_match() -> None:
    """No picture passes the filters."""
    empty(_("No picture passes these filters"), _("Take a filter away to see more."))


def nothing_found() -> None:
    """Pictures pass the filters, and none of them answers."""
    empty(_("Nothing was found"), _("Ask with other words, or order by pictures under Options."))


def problem(reason: str) -> None:
    """What happened, why, and what to do next, as the error itself says it, and a way out."""
    refusal(reason)
    st.button(_("Start over"), on_click=st.query_params.clear, key="start-over")


def refusal(reason: str) -> None:
    """What happened, why, and what to do next."""
    st.html(f'<div class="rs-problem" role="alert">{sentence(reason)}</div>')


def empty(heading: str, reason: str) -> None:
    """There is nothing to show, and why."""
    st.html(f'<div class="rs-empty"><h2>{in_html(heading)}</h2><p>{sentence(reason)}</p></div>')
