"""Figures with their names, in two columns."""

from collections.abc import Sequence

import streamlit as st

from ui.parts.plain import in_html, sentence

Rows = Sequence[tuple[str, str]]  # a name and its figure, as they are shown


def table(caption: str, rows: Rows) -> None:
    """Draw them under a caption; nothing without a row."""
    if rows:
        st.html(table_html(caption, rows), width="content")


def table_html(caption: str, rows: Rows) -> str:
    """The same as HTML; what stands in the rows is text."""
    body = "".join(
        f'<tr><th scope="row">{in_html(name)}</th><td>{in_html(figure)}</td></tr>'
        for name, figure in rows
    )
    return f'<table class="rs-figures"><caption>{in_html(caption)}</caption>{body}</table>'


def note(text: str) -> None:
    """A sentence of ours, with commands in backticks."""
    st.html(f'<p class="rs-note">{sentence(text)}</p>')


def size(count: int) -> str:
    """Bytes as a person reads them, e.g. 8.8 MB."""
    for unit, step in (("GB", 1e9), ("MB", 1e6)):
        if count >= step:
            return f"{count / step:,.1f} {unit}"
    return f"{count / 1e3:,.1f} kB"
