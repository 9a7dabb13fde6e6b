"""The drawer with one picture: larger, with its score and what its file says of it."""

from dataclasses import fields, replace

import streamlit as st

from core.types import Record, Tags
from ui.parts.address import current_view, go
from ui.parts.notices import NOT_FOR_DIAGNOSIS
from ui.parts.pictures import large_address, thumbnail_address
from ui.parts.plain import in_html

SHAPE = {"rows", "columns", "frames"}
TEXTS = sorted(
    (field.name for field in fields(Tags) if field.name not in SHAPE),
    key=lambda name: name.endswith("_uid"),  # what people read comes first
)
ACRONYMS = {"uid": "UID", "sop": "SOP"}


def details(record: Record, score: float | None) -> None:
    """Open the drawer over the grid; Esc closes it and the grid stays where it was."""
    drawer = st.dialog(f"Picture {record.id}", width="small", position="right")
    drawer(_body)(record, score)


def _body(record: Record, score: float | None) -> None:
    st.html(picture(record))
    if st.button("Find similar", icon=":material/search:", shortcut="S"):
        go(replace(current_view(), like=record.id))
        st.rerun()
    st.html(facts_list(facts(record, score)))
    st.html(f'<p class="rs-warning">{NOT_FOR_DIAGNOSIS}</p>')


def picture(record: Record) -> str:
    """The large picture over its thumbnail, which is there at once, as HTML."""
    images = f"url({large_address(record)}), url({thumbnail_address(record)})"
    label = f"Picture {record.id}"
    style = f"background-image: {images}"
    return f'<div class="rs-picture" role="img" aria-label="{label}" style="{style}"></div>'


def facts(record: Record, score: float | None) -> list[tuple[str, str]]:
    """Names and values to show, only of what is stated."""
    tags = record.tags
    stated = [(_title(name), _shown(getattr(tags, name))) for name in TEXTS]
    pairs = [
        ("Score", "" if score is None else f"{score:.2f}"),
        *stated,
        ("Size", f"{tags.columns} × {tags.rows}" if tags.rows else ""),
        ("Frame", f"{record.frame + 1} of {tags.frames}" if tags.frames > 1 else ""),
        ("File", str(record.path)),
    ]
    return [(name, value) for name, value in pairs if value]


def facts_list(pairs: list[tuple[str, str]]) -> str:
    """The pairs as an HTML list of terms, every text escaped."""
    rows = "".join(f"<dt>{in_html(name)}</dt><dd>{in_html(value)}</dd>" for name, value in pairs)
    return f'<dl class="rs-facts">{rows}</dl>'


def _title(name: str) -> str:
    words = [ACRONYMS.get(word, word) for word in name.split("_")]
    first, *rest = words
    return " ".join((first[:1].upper() + first[1:], *rest))


def _shown(value: str | int | None) -> str:
    return "" if value is None else str(value)
