"""The page of evaluations: how well labelled pictures find each other, and words find them."""

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from radseek.past_evaluations import past_evaluations
from radseek.settings import Settings
from storage.run_notes import RunState, Work, run_notes
from ui.access.roles import Role, current_role
from ui.archive_page.runs import runs
from ui.evaluate_page.about import about, tables
from ui.evaluate_page.choosing import Choice, choose, chosen_label
from ui.evaluate_page.examples import examples, open_label
from ui.evaluate_page.figures import figures
from ui.evaluate_page.running import running
from ui.language import _
from ui.parts.notices import empty, nothing_indexed, refusal
from ui.search_page.elsewhere import lead
from ui.shared import shared_archive


def main() -> None:
    """Draw it. What a person can act on becomes a notice."""
    lead()
    archive = shared_archive()
    try:
        archive.reader()
        _under_way(archive.settings)
        if current_role().may(Role.ADMIN):
            running(archive.settings)
        draw(archive)
    except UnknownName as error:
        nothing_indexed(str(error))
    except RadseekError as error:
        refusal(str(error))


def draw(archive: Archive) -> None:
    """The evaluation that the address names, else the newest. Raises RadseekError."""
    found = past_evaluations(archive.settings)
    if found.damaged:
        _damaged(found.damaged)
    if not found.whole:
        _none_yet()
        return
    choice = choose(found.whole)
    about(choice, archive.reader())
    _figures(archive, choice)
    tables(choice)


def _under_way(settings: Settings) -> None:
    """One that is on, or has failed; what has ended well is shown by its figures."""
    notes = run_notes(settings.home, settings.collection)
    if any(note.work is Work.EVALUATE and note.state is not RunState.ENDED for note in notes):
        runs(settings, {Work.EVALUATE})


def _figures(archive: Archive, choice: Choice) -> None:
    label = chosen_label()
    with st.container(horizontal=True, key="evaluate-body"):
        with st.container(key="evaluate-charts"):
            clicked = figures(choice, label)
        if clicked is not None:
            open_label(choice.past.evaluation, clicked)
            st.rerun()
        if label:
            with st.container(key="evaluate-shown"):
                examples(archive, choice.past.evaluation, label)


def _damaged(files: tuple[str, ...]) -> None:
    names = ", ".join(f"`evaluations/{name}`" for name in files)
    refusal(
        _(
            "What was kept of an evaluation is damaged, or of another radseek: {names}. Restore it "
            "from a backup, or remove it."
        ).format(names=names)
    )


def _none_yet() -> None:
    empty(
        _("Nothing is evaluated yet"),
        _(
            "`radseek evaluate --by body_part` measures how well pictures find others with the "
            "same tags, `radseek evaluate --truth FILE.csv` takes labels of your own."
        ),
    )
