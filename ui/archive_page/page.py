"""The page of the collection itself: what it holds, which runs are on, what it lives on."""

import streamlit as st

from core.errors import RadseekError, UnknownName
from radseek.archive import Archive
from storage.last_check import last_check
from ui.access.roles import Role, current_role
from ui.archive_page.adding import adding
from ui.archive_page.checks import checks, told
from ui.archive_page.holdings import by_modality, holdings, labels
from ui.archive_page.left_out import left_out
from ui.archive_page.machine import disk, memory
from ui.archive_page.made_with import made_with
from ui.archive_page.runs import runs
from ui.archive_page.tables import table
from ui.language import _
from ui.parts.notices import nothing_indexed, refusal
from ui.shared import shared_archive


def main() -> None:
    """Draw it. What a person can act on becomes a notice."""
    archive = shared_archive()
    try:
        role = current_role()
        runs(archive.settings)
        if role.may(Role.ADMIN):
            adding(archive.settings)
        draw(archive, role)
    except UnknownName as error:
        nothing_indexed(str(error))
    except RadseekError as error:
        refusal(str(error))


def draw(archive: Archive, role: Role) -> None:
    """What the collection is. Raises RadseekError."""
    reader, settings = archive.reader(), archive.settings
    info, snapshot = reader.info(), reader.snapshot()
    checked = last_check(settings.home, settings.collection)
    with st.container(horizontal=True, key="archive-tables"):
        table(_("What it holds"), holdings(info, snapshot))
        table(_("Pictures by modality"), by_modality(snapshot))
        table(_("Made with"), made_with(settings, info))
        table(_("Labels"), labels(reader))
        table(_("Disk"), disk(settings))
        table(_("Memory"), memory())
        table(_("Last check"), told(checked))
    checks(settings, checked, role)
    left_out(settings, reader, info, role)
