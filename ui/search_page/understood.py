"""What was encoded for the words of a query: one quiet line that unfolds."""

from collections.abc import Iterator

import streamlit as st

from search.language.terms import Term
from search.language.understanding import Understood
from search.results import Results
from ui.language import _
from ui.parts.plain import in_html


def understood_line(results: Results) -> None:
    """Show it, where words were encoded; the notes on how they were read stand open beside it."""
    if results.understood:
        st.html(understood_html(results.understood))


def understood_html(texts: tuple[Understood, ...]) -> str:
    """The line as HTML, every text escaped."""
    notes = [str(note) for understood in texts for note in understood.notes]
    said = "".join(f"<li>{in_html(note)}</li>" for note in notes)
    tables = "".join(map(_table, texts))
    return (
        f'<details class="rs-understood"><summary>{in_html(_in_a_line(texts))}</summary>'
        f"{tables}</details>{f'<ul class=rs-remarks>{said}</ul>' if said else ''}"
    )


def _in_a_line(texts: tuple[Understood, ...]) -> str:
    terms = [term for understood in texts for term in understood.terms]
    wanted = ", ".join(f"“{term.text}”" for term in terms if term.weight > 0)
    against = ", ".join(f"“{term.text}”" for term in terms if term.weight < 0)
    if not wanted:
        return _("Encoded against {against}").format(against=against)
    if against:
        return _("Encoded {wanted}, and against {against}").format(wanted=wanted, against=against)
    return _("Encoded {wanted}").format(wanted=wanted)


def _table(understood: Understood) -> str:
    caption = in_html(_("For {words}").format(words=f"“{understood.given}”"))
    heads = "".join(f"<th>{in_html(head)}</th>" for head in (_("Weight"), _("Text")))
    rows = "".join(_rows(understood.terms))
    return f"<table><caption>{caption}</caption><tr>{heads}</tr>{rows}</table>"


def _rows(terms: tuple[Term, ...]) -> Iterator[str]:
    for term in terms:
        yield f"<tr><td>{term.weight:+.2f}</td><td>{in_html(term.text)}</td></tr>"
