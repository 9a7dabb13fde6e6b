"""What is asked with, in one part of the page: the box, the strip, the files, the steps."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, Final

import streamlit as st

from radseek.archive import Archive
from storage.snapshot import Snapshot
from ui.component import component
from ui.language import _, current_language
from ui.launch import MAX_UPLOAD_MB
from ui.parts.notices import refusal
from ui.search_page.address import current_view, go, write_view
from ui.search_page.held import Own, held
from ui.search_page.search_box import and_words, in_box, with_words
from ui.search_page.strip import WEIGHTS, chips, judged, weighed, without
from ui.search_page.trail import steps_taken, visit
from ui.search_page.upload import MOST_FILES, Place, hidden_key, problem_of, uploaders
from ui.search_page.view import View
from ui.search_page.vocabulary import offered_words
from ui.shared import shared_archive

KEY: Final = "ask"
HTML: Final = '<div class="ask" role="search"></div>'


def ask_bar(archive: Archive, snapshot: Snapshot, view: View, own: Mapping[str, Own]) -> None:
    """Draw it above the answer, and note the view as a step of this session."""
    visit(view, own, snapshot)
    component("ask", HTML)(
        key=KEY,
        data=contents(archive, snapshot, view, own),
        **{f"on_{name}_change": act for name, act in ACTS.items()},
    )
    uploaders(archive)
    if problem := problem_of(view):
        refusal(problem)


def contents(
    archive: Archive, snapshot: Snapshot, view: View, own: Mapping[str, Own]
) -> dict[str, Any]:
    """What the browser's part is told. Metadata in it is shown as text alone."""
    offered = offered_words(archive, snapshot)
    is_asked = bool(view.text or view.parts or view.liked or view.disliked)
    more, less = _("More like these"), _("Less like these")
    groups = {
        "liked": judged(view.liked, more, snapshot),
        "disliked": judged(view.disliked, less, snapshot),
    }
    return {
        "address": write_view(view),
        "value": in_box(view, own),
        "chips": [asdict(chip) for chip in chips(view, own, snapshot)],
        "judged": {name: asdict(group) for name, group in groups.items() if group},
        "steps": _steps(view),
        "examples": [] if is_asked else list(offered.examples[current_language()]),
        "vocabulary": offered.address,
        "weights": list(WEIGHTS),
        "uploaders": {place.value: hidden_key(place) for place in Place},
        "most_files": MOST_FILES,
        "most_bytes": MAX_UPLOAD_MB * 2**20,
        "words": words(archive.reads_texts()),
    }


def words(reads_texts: bool) -> dict[str, str]:
    """The texts of the browser's part, for a collection that words can be searched in, or not."""
    asked = _("Words, an identifier, or an image: type, paste or drop it")
    unasked = _("An identifier or an image. This collection's encoder reads no words")
    return {
        "box": _("Search by words"),
        "placeholder": asked if reads_texts else unasked,
        "pick": _("Search by an image of your own"),
        "suggestions": _("Suggestions"),
        "parts": _("What is asked with"),
        "steps": _("What was asked in this session"),
        "start": _("Start"),
        "try": _("Try"),
        "more_words": _("Words"),
        "add_words": _("Add words to the query"),
        "more_images": _("Image"),
        "add_images": _("Add an image to the query"),
        "like": _("Like {label}; press for unlike"),
        "unlike": _("Unlike {label}; press for like"),
        "weight": _("Weight of {label}"),
        "leave": _("Remove {label}"),
        "forget": _("Forget {label}"),
        "drop_instead": _("Search by this image"),
        "drop_beside": _("Add it to the query"),
        "drop_note": _("DICOM, NIfTI, PNG, JPEG, TIFF or WebP. It stays in this session."),
        "reading": _("Reading the image"),
        "too_many": _("Too many files at once: {n}. Give {most} at most."),
        "too_large": _("A file is larger than {most} MB. Give a smaller one."),
        "is_folder": _("A folder cannot be asked with. Give its files."),
        **kinds(),
    }


def kinds() -> dict[str, str]:
    """What a suggestion is, as the vocabulary names it."""
    return {
        "kind_recent": _("asked before"),
        "kind_modality": _("modality"),
        "kind_part": _("body part"),
        "kind_view": _("view"),
        "kind_detail": _("detail"),
        "kind_finding": _("finding"),
        "kind_state": _("state"),
        "kind_side": _("side"),
    }


def _steps(view: View) -> list[dict[str, Any]]:
    return [
        {
            "at": at,
            "label": step.label,
            "src": step.src,
            "words": step.words,
            "current": step.asks_as(view),
        }
        for at, step in enumerate(steps_taken())
    ]


def _told(name: str) -> Any:
    return st.session_state[KEY][name]


def _snapshot() -> Snapshot:
    return shared_archive().reader().snapshot()


def _own() -> Mapping[str, Own]:
    return held(shared_archive().reader().rendering)


def _ask() -> None:
    go(with_words(current_view(), _own(), str(_told("ask")).strip(), _snapshot()))


def _add() -> None:
    go(and_words(current_view(), str(_told("add")).strip(), _snapshot()))


def _weigh() -> None:
    told = _told("weigh")
    go(weighed(current_view(), int(told["place"]), float(told["weight"])))


def _leave() -> None:
    go(without(current_view(), int(_told("leave"))))


def _forget() -> None:
    view = replace(current_view(), page=1)
    go(replace(view, liked=()) if _told("forget") == "liked" else replace(view, disliked=()))


def _back() -> None:
    at = int(_told("back"))
    go(current_view().asking() if at < 0 else steps_taken()[at].view)


ACTS: Final[Mapping[str, Callable[[], None]]] = {
    "ask": _ask,
    "add": _add,
    "weigh": _weigh,
    "leave": _leave,
    "forget": _forget,
    "back": _back,
}
