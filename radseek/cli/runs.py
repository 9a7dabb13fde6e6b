"""Where a run of another process stands, as `radseek status` prints it."""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.counting import counted

if TYPE_CHECKING:
    from storage.run_notes import RunNote


def run_json(note: "RunNote") -> dict[str, Any]:
    """A run as JSON."""
    times = {"started_at": note.started_at.isoformat(), "told_at": note.told_at.isoformat()}
    return asdict(note) | times


def run_line(note: "RunNote") -> str:
    """A run in a line for a person."""
    return ", ".join((note.state, *_facts(note), f"told at {note.told_at:%Y-%m-%d %H:%M:%S} UTC"))


def _facts(note: "RunNote") -> list[str]:
    if note.work == "evaluate":
        return []
    if note.step:
        return [f"{note.step} {note.done} of {note.files}"]
    facts = [f"{note.done} of {counted(note.files, 'file')}{' so far' if note.walking else ''}"]
    if note.skipped:
        facts.append(f"{note.skipped} skipped")
    if note.is_on:
        facts += [f"{note.files_per_second:.0f} files/s", *_outlook(note)]
    return facts


def _outlook(note: "RunNote") -> list[str]:
    facts = [f"waits for {note.waits_for}"] if note.waits_for else []
    if note.seconds_left is not None:
        facts.append(f"{timedelta(seconds=round(note.seconds_left))} left")
    return facts
