"""The runs on the collection, also of other processes; one that is on is followed."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

import streamlit as st

from indexer.stages import Stage
from radseek.settings import Settings
from storage.run_notes import RunNote, RunState, Work, run_notes
from ui.archive_page.words import ADVICE, STATES, WAITS, WORKS
from ui.language import _, number
from ui.parts.plain import in_html, sentence

READING_FILES: Final = frozenset({Work.INDEX, Work.REINDEX})
SECONDS: Final = 1.0  # between two looks


def runs(settings: Settings, works: Collection[Work] = frozenset(Work)) -> None:
    """Draw the last run of each kind, again each second while one is on. Raises RadseekError."""
    notes = _notes(settings, works)
    followed = any(note.is_on for note in notes)

    @st.fragment(run_every=SECONDS if followed else None)
    def follow() -> None:
        found = _notes(settings, works)
        st.html(f'<div class="rs-runs">{"".join(map(run_html, found))}</div>')
        if followed and not any(note.is_on for note in found):
            st.rerun()  # the whole page: what the collection holds has changed

    if notes:
        follow()


def run_html(note: RunNote) -> str:
    """One run: what it does, how far it is, and what to do about it."""
    work, state = _(WORKS[note.work]), _(STATES[note.state])
    heading = _("{title}: {value}").format(title=work, value=state)
    lines = "".join(f"<p>{sentence(line)}</p>" for line in [", ".join(facts(note)), *advice(note)])
    far = f'value="{note.done}" max="{note.files}"' if note.files else ""
    bar = f'<progress aria-label="{in_html(heading)}" {far}></progress>' if note.is_on else ""
    return f'<section class="rs-run"><h2>{in_html(heading)}</h2>{bar}{lines}</section>'


def facts(note: RunNote) -> list[str]:
    """How far it is."""
    told = _far(note)
    if note.skipped:
        told.append(_("{n} could not be read").format(n=number(note.skipped)))
    if note.is_on:
        told += _pace(note)
    told.append(_("as of {when} UTC").format(when=f"{note.told_at:%Y-%m-%d %H:%M:%S}"))
    return told


def advice(note: RunNote) -> list[str]:
    """What it waits for, and what to do when it has not ended well."""
    if note.is_on:
        return [_(WAITS[Stage(note.waits_for)])] if note.waits_for in set(Stage) else []
    return [_(ADVICE[note.state])] if note.state in ADVICE else []


def _notes(settings: Settings, works: Collection[Work]) -> list[RunNote]:
    notes = run_notes(settings.home, settings.collection)
    return [note for note in notes if note.work in works]


def _far(note: RunNote) -> list[str]:
    if note.work is Work.EVALUATE:  # nobody knows
        return []
    done, files = number(note.done), number(note.files)
    if note.step:
        return [] if note.state is RunState.ENDED else [f"{note.step} {done}/{files}"]
    if note.walking or not note.files:
        return [_("{done} of {files} files found so far").format(done=done, files=files)]
    share = f"{100 * note.done / note.files:.0f}"
    return [_("{done} of {files} files ({share} %)").format(done=done, files=files, share=share)]


def _pace(note: RunNote) -> list[str]:
    told = []
    if note.work in READING_FILES and not note.step:
        told.append(_("{n} files a second").format(n=f"{note.files_per_second:,.1f}"))
    if note.seconds_left is not None:
        left = timedelta(seconds=round(note.seconds_left))
        told.append(_("{time} left").format(time=left))
    return told
