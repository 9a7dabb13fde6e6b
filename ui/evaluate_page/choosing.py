"""Which evaluation is looked at, beside which other one, and by which figure: in the address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from evaluation.answers import Scope
from evaluation.ranking import Metric
from radseek.past_evaluations import Past
from ui.evaluate_page.words import METRICS, SCOPES
from ui.language import _

NOTHING: Final = ""
LABEL: Final = "label"  # the parameter of the label whose examples are shown


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page shows."""

    past: Past
    other: Past | None
    metric: Metric
    scope: Scope


def choose(pasts: Sequence[Past]) -> Choice:
    """Draw what one chooses by, of at least one evaluation, the newest first."""
    by_id = {past.kept.id: past for past in pasts}
    titles = {past.kept.id: title(past) for past in pasts}
    with st.container(horizontal=True, vertical_alignment="bottom", key="evaluate-choosing"):
        past = by_id[_select(_("Evaluation"), "evaluation", titles)]
        others = {NOTHING: _("nothing")} | {i: t for i, t in titles.items() if i != past.kept.id}
        beside = _select(_("Compare with"), "with", others) if len(others) > 1 else NOTHING
    with st.container(horizontal=True, key="evaluate-figure"):
        k = past.evaluation.plan.k
        metric = pills(_("Figure"), "metric", {m.value: _(METRICS[m]).format(k=k) for m in Metric})
        scopes = {table.scope for table in (*past.evaluation.image, *past.evaluation.text)}
        offered = {scope.value: _(SCOPES[scope]) for scope in Scope if scope in scopes}
        scope = pills(_("Answers"), "scope", offered) if len(offered) > 1 else Scope.ALL
    return Choice(past, by_id.get(beside), Metric(metric), Scope(scope))


def title(past: Past) -> str:
    """How a list names an evaluation."""
    kept = past.kept
    return f"{kept.name} · {kept.at:%Y-%m-%d %H:%M} · {kept.card.name} {kept.card.version}"


def chosen_label() -> str:
    """The label whose examples are shown; empty: none."""
    return st.query_params.get(LABEL, NOTHING)


def _select(name: str, parameter: str, offered: Mapping[str, str]) -> str:
    key = _now(parameter, offered)
    st.selectbox(
        name,
        list(offered),
        key=key,
        format_func=_named(offered),
        on_change=_write,
        args=(parameter,),
        width=460,
    )
    return str(st.session_state[key])


def pills(name: str, parameter: str, offered: Mapping[str, str], usual: str = NOTHING) -> str:
    """Draw a choice whose state is a parameter of the address; gives what is chosen.

    Where the address says nothing it is the usual one, else the first.
    """
    key = _now(parameter, offered, usual)
    st.pills(
        name,
        list(offered),
        key=key,
        format_func=_named(offered),
        on_change=_write,
        args=(parameter,),
    )
    return str(st.session_state[key])


def _now(parameter: str, offered: Mapping[str, str], usual: str = NOTHING) -> str:
    """The key of the widget, which is made to show what the address says."""
    written, key = st.query_params.get(parameter, usual), _key(parameter)
    st.session_state[key] = written if written in offered else next(iter(offered))
    return key


def _named(offered: Mapping[str, str]) -> Callable[[str], str]:
    return lambda value: offered[value]


def _write(parameter: str) -> None:
    value = st.session_state[_key(parameter)]
    if value:
        st.query_params[parameter] = value
    else:
        st.query_params.pop(parameter, None)


def _key(parameter: str) -> str:
    return f"evaluate-{parameter}"
