"""Files that have no picture in the collection, and why."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.types import SkipCode, Skipped
from radseek.settings import Settings
from storage.reader import CollectionInfo, CollectionReader
from ui.access.roles import Role
from ui.archive_page.adding import retry
from ui.archive_page.tables import note, table
from ui.archive_page.words import CATALOGUED, SKIPPED
from ui.language import _, number
from ui.parts.plain import in_html, sentence

SHOWN: Final = "archive-shown-code"
EXAMPLES: Final = 20

Line = tuple[str, int, str]  # a code, its files, and what it means


def left_out(
    settings: Settings, reader: CollectionReader, info: CollectionInfo, role: Role
) -> None:
    """Draw both accounts; who may see paths sees the files of a code. Raises StorageError."""
    skipped = [(code.value, n, _(SKIPPED[code])) for code, n in info.skipped_by_code.items()]
    catalogued = [
        (code.value, n, _(CATALOGUED[code])) for code, n in info.catalogued_by_code.items()
    ]
    _account(_("Files that could not be read"), skipped)
    if role.may(Role.ADMIN) and skipped:
        _files(settings, reader, info)
    _account(_("Files without a picture"), catalogued)


def account_html(caption: str, lines: Sequence[Line]) -> str:
    """Codes with their files and meanings, as HTML."""
    body = "".join(
        f'<tr><th scope="row"><code>{in_html(code)}</code></th><td>{number(n)}</td>'
        f"<td>{sentence(meaning)}</td></tr>"
        for code, n, meaning in lines
    )
    return f'<table class="rs-account"><caption>{in_html(caption)}</caption>{body}</table>'


def _account(caption: str, lines: Sequence[Line]) -> None:
    if lines:
        st.html(account_html(caption, lines))


def _files(settings: Settings, reader: CollectionReader, info: CollectionInfo) -> None:
    codes = [code.value for code in info.skipped_by_code]
    chosen = st.pills(_("Show files"), codes, key=SHOWN)
    note(_("`radseek retry` reads them again, `radseek retry --code CODE` those of one code."))
    if chosen is None:
        return
    again, args = _("Read these files again"), (settings, SkipCode(chosen))
    st.button(again, on_click=retry, args=args, key="archive-retry")
    found = reader.skipped(SkipCode(chosen), most=EXAMPLES)
    table(
        _first_of(found, info.skipped_by_code[SkipCode(chosen)]),
        [(str(file.location), file.reason) for file in found],
    )


def _first_of(found: Sequence[Skipped], all_of_them: int) -> str:
    return _("{shown} of {all} files").format(shown=number(len(found)), all=number(all_of_them))
