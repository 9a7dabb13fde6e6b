"""How the answer is shown: grouped, ordered, and how large."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from core.types import Ranking, Unit
from ui.language import _
from ui.search_page.address import current_view, go
from ui.search_page.view import DIVERSITIES, PAGE_SIZES, Density, Folding, Patients, View


def options(view: View) -> None:
    """What is one hit, the size of the tiles, and the rest behind a button."""
    _unit(view)
    _density(view)
    with st.popover(_("Options"), key="tiles-more"):
        _patients(view)
        _ranking(view)
        _fold(view)
        _diversity(view)
        _page_size(view)


def _unit(view: View) -> None:
    change = _changing(lambda now, unit: replace(now, unit=unit, page=1), "unit")
    _segments("unit", _("One hit for each"), view.unit, units(), change, is_named=False)


def _density(view: View) -> None:
    change = _changing(lambda now, density: replace(now, density=density), "density")
    _segments("density", _("Size of the pictures"), view.density, sizes(), change, is_named=False)


def _patients(view: View) -> None:
    change = _changing(lambda now, whose: replace(now, patients=whose, page=1), "patients")
    _segments("patients", _("Whose pictures"), view.patients, patients(), change)


def _ranking(view: View) -> None:
    change = _changing(lambda now, ranking: replace(now, ranking=ranking, page=1), "ranking")
    _segments("ranking", _("Order by"), view.ranking, rankings(), change)


def _fold(view: View) -> None:
    change = _changing(lambda now, fold: replace(now, fold=fold, page=1), "fold")
    _segments("fold", _("A patient's near-duplicates"), view.fold, foldings(), change)


def _diversity(view: View) -> None:
    change = _changing(lambda now, share: replace(now, diversity=share, page=1), "diversity")
    _segments("diversity", _("Variety"), view.diversity, varieties(), change)


def _page_size(view: View) -> None:
    change = _changing(lambda now, k: replace(now, k=k, page=1), "k")
    sizes = {size: str(size) for size in PAGE_SIZES}
    _segments("k", _("Pictures on a page"), view.k, sizes, change)


def units() -> Mapping[Unit, str]:
    """What there can be one hit each of."""
    return {
        Unit.PICTURE: _("Image"),
        Unit.SERIES: _("Series"),
        Unit.STUDY: _("Study"),
        Unit.PATIENT: _("Patient"),
    }


def sizes() -> Mapping[Density, str]:
    """How large tiles can be."""
    return {
        Density.DENSE: _("S"),  # small
        Density.MEDIUM: _("M"),
        Density.LARGE: _("L"),
    }


def patients() -> Mapping[Patients, str]:
    """Whose pictures can answer to a picture."""
    return {
        Patients.OTHERS: _("of other patients"),
        Patients.ALL: _("of all"),
        Patients.SAME: _("of the same patient"),
    }


def rankings() -> Mapping[Ranking, str]:
    """What can put pictures in order."""
    return {
        Ranking.EMBEDDING: _("pictures"),
        Ranking.WORDS: _("reports"),
        Ranking.BOTH: _("both"),
    }


def foldings() -> Mapping[Folding, str]:
    """What can become of near-duplicates."""
    return {Folding.OFF: _("show all"), Folding.ON: _("fold")}


def varieties() -> Mapping[float, str]:
    """How different hits can be made from each other."""
    return dict(zip(DIVERSITIES, (_("none"), _("some"), _("much")), strict=True))


Choice = TypeVar("Choice", bound=Hashable)


def _segments(
    name: str,
    label: str,
    now: Choice,
    choices: Mapping[Choice, str],
    change: Callable[[], None],
    *,
    is_named: bool = True,
) -> None:
    st.session_state[_key(name)] = now
    st.segmented_control(
        label,
        list(choices),
        format_func=choices.__getitem__,
        key=_key(name),
        required=True,
        on_change=change,
        label_visibility="visible" if is_named else "collapsed",
    )


def _changing(change: Callable[[View, Any], View], name: str) -> Callable[[], None]:
    """What is done when a choice was made: `change` gives the view with it."""
    return lambda: go(change(current_view(), st.session_state[_key(name)]))


def _key(name: str) -> str:
    return f"tiles-{name}"
