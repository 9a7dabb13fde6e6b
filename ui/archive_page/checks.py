"""What the last check of the collection has found, and another one."""

from collections.abc import Sequence

import streamlit as st

from radseek.settings import Settings
from storage.last_check import LastCheck
from storage.verify_findings import Finding
from ui.access.roles import Role
from ui.archive_page.adding import verify_now
from ui.archive_page.tables import Rows, note
from ui.archive_page.words import DEPTHS, SEVERITIES
from ui.language import N_, _, number, plural
from ui.parts.plain import in_html, sentence

NEVER = N_("The collection was not checked yet, or not since checks are kept.")


def checks(settings: Settings, found: LastCheck | None, role: Role) -> None:
    """Draw what was found; an admin sees where, and may check again."""
    if found is None:
        note(_(NEVER))
    elif found.findings:
        st.html(findings_html(found.findings, is_admin=role.may(Role.ADMIN)))
    if role.may(Role.ADMIN):
        st.button(_("Verify now"), on_click=verify_now, args=(settings,), key="archive-verify")
        note(_("`radseek verify` checks the collection, `radseek rebuild` makes its index anew."))


def told(found: LastCheck | None) -> Rows:
    """When it was, of what, and how it came out; nothing without one."""
    if found is None:
        return []
    wrong = len(found.findings)
    result = (
        _("nothing is wrong") if found.is_sound else plural("{n} finding", "{n} findings", wrong)
    )
    return [
        (_("Checked"), f"{found.at:%Y-%m-%d %H:%M} UTC"),
        (_("What was read"), _(DEPTHS[found.depth])),
        (_("Up to batch"), number(found.sequence)),
        (_("Pictures"), number(found.pictures)),
        (_("Result"), result),
    ]


def findings_html(findings: Sequence[Finding], *, is_admin: bool) -> str:
    """What was found, as HTML: what it means, and for an admin what to do and where."""
    body = "".join(_row(finding, is_admin) for finding in findings)
    caption = in_html(_("Findings"))
    return f'<table class="rs-account"><caption>{caption}</caption>{body}</table>'


def _row(finding: Finding, is_admin: bool) -> str:
    meaning = sentence(_(SEVERITIES[finding.severity]))
    if is_admin:
        meaning = f"{meaning}<br>{sentence(finding.sentence)}<br>{in_html(finding.where)}"
    return (
        f'<tr><th scope="row"><code>{in_html(finding.code)}</code></th>'
        f"<td>{number(finding.count)}</td><td>{meaning}</td></tr>"
    )
