"""What the page says when there is nothing to show, and what it always says."""

import streamlit as st

from ui.parts.plain import in_html, in_markdown

NOT_FOR_DIAGNOSIS = "Not a medical device. Not for diagnosis."
KEYS = "/ search \u00b7 \u2190\u2191\u2193\u2192 move \u00b7 S similar \u00b7 I details"


def footer(held: str) -> None:
    """The line at the foot of the page: what this is not, what is searched, the keys."""
    spans = (("rs-warning", NOT_FOR_DIAGNOSIS), ("rs-held", held), ("rs-keys", KEYS))
    inner = "".join(f'<span class="{name}">{in_html(text)}</span>' for name, text in spans)
    st.html(f'<div class="rs-footer" role="contentinfo">{inner}</div>')


def nothing_indexed(reason: str) -> None:
    """There is no collection, or an empty one: say how to fill it."""
    _empty("Nothing is indexed yet", reason)
    st.code("radseek index PATH", language=None)


def no_match() -> None:
    """No picture passes the filters."""
    _empty("No picture passes these filters", "Take a filter away to see more.")


def problem(sentence: str) -> None:
    """What happened, why, and what to do next, as the error itself says it."""
    st.error(in_markdown(sentence))
    st.button("Start over", on_click=st.query_params.clear, key="start-over")


def _empty(heading: str, sentence: str) -> None:
    st.html(f'<div class="rs-empty"><h2>{in_html(heading)}</h2><p>{in_html(sentence)}</p></div>')
