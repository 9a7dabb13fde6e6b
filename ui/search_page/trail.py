"""The questions that a session has asked, each with a way back to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import copysign
from typing import Final

import streamlit as st

from storage.snapshot import Snapshot
from ui.language import _
from ui.search_page.held import Own
from ui.search_page.search_box import in_box
from ui.search_page.strip import Chip, chips, sources
from ui.search_page.view import View

KEY: Final = "ask-trail"
MOST_STEPS: Final = 40  # that are kept; the oldest go first


@dataclass(frozen=True, slots=True)
class Step:
    """One question, with all that was chosen for its answer when it was last seen."""

    view: View
    label: str
    src: str = ""  # a thumbnail of a picture that it asks with
    words: str = ""  # of the box

    def asks_as(self, view: View) -> bool:
        """Whether a view asks the same; its filters, page and weights do not matter, signs do."""
        return _question(self.view) == _question(view)


def visit(view: View, own: Mapping[str, Own], snapshot: Snapshot) -> None:
    """Note that this view is seen: as a new step, or as what a step of before looks like now."""
    if _question(view) == _question(View()):
        return
    seen = _step(view, own, snapshot)
    steps = list(steps_taken())
    places = [place for place, step in enumerate(steps) if step.asks_as(view)]
    if places:
        steps[places[0]] = seen
    else:
        steps = [*steps, seen][-MOST_STEPS:]
    st.session_state[KEY] = tuple(steps)


def steps_taken() -> tuple[Step, ...]:
    """The questions of this session, each once, as they were first asked."""
    steps: tuple[Step, ...] = st.session_state.get(KEY, ())
    return steps


def _step(view: View, own: Mapping[str, Own], snapshot: Snapshot) -> Step:
    parts = chips(view, own, snapshot)
    pictures = [chip.src for chip in parts if chip.src]
    pictures += sources(view.liked[:1], snapshot)
    words = [in_box(view, own), *(_signed(chip) for chip in parts if not chip.src)]
    spoken = [word for word in dict.fromkeys(words) if word]
    label = ", ".join(spoken or map(_signed, parts)) or _("Judged pictures")
    return Step(view, label, pictures[0] if pictures else "", in_box(view, own))


def _signed(chip: Chip) -> str:
    return chip.label if chip.weight > 0 else f"− {chip.label}"


def _question(view: View) -> View:
    parts = tuple(replace(part, weight=copysign(1, part.weight)) for part in view.parts)
    return View(text=view.text, parts=parts, liked=view.liked, disliked=view.disliked)
