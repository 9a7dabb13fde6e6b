"""Asks as what pictures shall be exported, and gives the download."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from radseek.exporting import ALL_CAPTIONS, SUFFIXES, ZIPS, Caption, Chosen, Form, Wanted
from ui.access.roles import Role, current_role
from ui.boards.tickets import shared_tickets
from ui.language import N_, _
from ui.parts.plain import in_html

FORMS: Final[Mapping[Form, str]] = {
    Form.CSV: N_("Table (CSV)"),
    Form.JSON: N_("JSON, with the methods card"),
    Form.UIDS: N_("List of SOP Instance UIDs"),
    Form.PDF: N_("Contact sheet (PDF)"),
    Form.PNG: N_("Contact sheet (PNG)"),
    Form.IMAGES: N_("Images, de-identified (ZIP of PNG)"),
    Form.DICOM: N_("DICOM files, de-identified (ZIP)"),
}
CAPTIONS: Final[Mapping[Caption, str]] = {
    Caption.NUMBER: N_("Number"),
    Caption.SCORE: N_("Score"),
    Caption.TAGS: N_("Modality, body part, side, view"),
}
TABLES: Final = (Form.CSV, Form.JSON)
SHEETS: Final = (Form.PDF, Form.PNG)


def export_dialog(choose: Callable[[], Chosen], *, has_scores: bool) -> None:
    """Open it for pictures that are chosen when they are downloaded."""
    st.dialog(_("Export"), width="medium")(export_form)(choose, has_scores=has_scores)


def export_form(choose: Callable[[], Chosen], *, has_scores: bool) -> None:
    """The choices, what to know of them, and the link."""
    form = st.selectbox(
        _("Export as"), list(FORMS), format_func=lambda one: _(FORMS[one]), key="boards-export-as"
    )
    wanted = Wanted(
        form,
        identity=form in TABLES and _asks_identity(),
        burned_in=form in ZIPS and _asks_burned_in(),
        captions=_captions(has_scores) if form in SHEETS else ALL_CAPTIONS,
    )
    for warning in warnings_of(wanted):
        st.html(f'<p class="rs-conflict" role="note">{in_html(warning)}</p>')
    download_link(choose, wanted)


def warnings_of(wanted: Wanted) -> list[str]:
    """What a person has to know before the file leaves."""
    if wanted.form in ZIPS:
        return [
            _(
                "Names and dates that are written into the pixels cannot be found with certainty. "
                "Look at every picture before you give it away."
            )
        ]
    if wanted.form in (*TABLES, Form.UIDS):
        return [
            _(
                "UIDs, dates, descriptions, file names and your notes may lead back to patients. "
                "This file is for those who may see the archive."
            )
        ]
    return []


def download_link(choose: Callable[[], Chosen], wanted: Wanted) -> None:
    """A link to the file, for this session alone."""
    token = shared_tickets().issue(choose, wanted)
    label = in_html(_("Download {suffix}").format(suffix=SUFFIXES[wanted.form]))
    st.html(f'<a class="rs-download" href="api/export/{token}" download>{label}</a>')


def _asks_identity() -> bool:
    if not current_role().may(Role.IDENTITY_VIEWER):
        return False
    return st.checkbox(
        _("With the name, number and birth date of each patient"), key="boards-export-identity"
    )


def _asks_burned_in() -> bool:
    return st.checkbox(
        _("Also pictures that say that writing is burned into them"),
        key="boards-export-burned-in",
    )


def _captions(has_scores: bool) -> frozenset[Caption]:
    offered = [one for one in Caption if has_scores or one is not Caption.SCORE]
    chosen = st.pills(
        _("Under each picture"),
        offered,
        selection_mode="multi",
        default=offered,
        format_func=lambda one: _(CAPTIONS[one]),
        key="boards-export-captions",
    )
    return frozenset(chosen)
