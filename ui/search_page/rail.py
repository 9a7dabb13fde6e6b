"""The filters beside the grid: what they are told, and what they tell back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import streamlit as st

from core.errors import RadseekError
from search.filters import row_mask
from search.where.tree import Label, Member
from search.where.writing import write_where
from storage.snapshot import Snapshot
from ui.component import component
from ui.language import _
from ui.search_page.address import current_view, go
from ui.search_page.answer import where_of
from ui.search_page.counts import count_boards, count_facet, count_labels
from ui.search_page.facets import BOARDS, LABELS, Group, group, text, title
from ui.search_page.refined import Choosable, choosing, chosen, is_choice, joined, parts_of
from ui.search_page.view import FACETS, View
from ui.shared import shared_archive

KEY: Final = "rail"
REFUSED: Final = "rail-refused"  # a rule that could not be read, and why
RULE: Final = "where"
KINDS: Final[Mapping[str, Choosable]] = {LABELS: Label, BOARDS: Member}
HTML = """
<div class="rail">
  <div class="strip"></div>
  <aside class="panel"><div class="groups"></div><form class="rule"></form></aside>
</div>
<dialog><button class="done" type="button"></button></dialog>
"""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter, to be seen and taken away."""

    facet: str
    text: str
    rule: str = ""  # of RULE: which one


def rail(snapshot: Snapshot, boards: Sequence[str], view: View) -> None:
    """Show what can be filtered, and what is; of a rule that means nothing, why."""
    refused, why = st.session_state.pop(REFUSED, ("", ""))
    made: list[Group] = []
    filtered: list[Chip] = []
    try:
        made, filtered = groups(snapshot, boards, view), chips(view)
    except RadseekError as error:
        refused, why = view.filter, str(error)
    component("rail", HTML)(
        key=KEY,
        data={
            "groups": [asdict(each) for each in made],
            "chips": [asdict(chip) for chip in filtered],
            "rule": {"text": refused or view.filter, "problem": why},
            "words": words(),
        },
        on_choose_change=_choose,
        on_remove_change=_remove,
        on_clear_change=_clear,
        on_rule_change=_rule,
    )


def groups(snapshot: Snapshot, boards: Sequence[str], view: View) -> list[Group]:
    """The facets with their counts; those with nothing to choose from are left out."""
    where = where_of(view)
    made = [group(name, count_facet(snapshot, name, where), view.values(name)) for name in FACETS]
    made.append(group(LABELS, count_labels(snapshot, where), chosen(view.filter, Label)))
    made.append(group(BOARDS, count_boards(snapshot, boards, where), chosen(view.filter, Member)))
    return [each for each in made if _is_a_choice(each)]


def chips(view: View) -> list[Chip]:
    """What is filtered by, each facet with its values and each rule. Raises InvalidFilter."""
    values = {facet: view.values(facet) for facet in FACETS}
    values |= {name: chosen(view.filter, kind) for name, kind in KINDS.items()}
    rules = (write_where(part) for part in parts_of(view.filter) if not is_choice(part))
    return [
        *(Chip(facet, _named(facet, these)) for facet, these in values.items() if these),
        *(Chip(RULE, rule, rule) for rule in rules),
    ]


def without_chip(view: View, facet: str, rule: str) -> View:
    """The view without that filter, from its first page on."""
    if facet != RULE:
        return with_chosen(view, facet, ())
    rest = [part for part in parts_of(view.filter) if write_where(part) != rule]
    return replace(view, filter=joined(rest), page=1)


def with_chosen(view: View, facet: str, values: Sequence[str]) -> View:
    """The view with other values of a facet chosen, from its first page on."""
    if facet in KINDS:
        return replace(view, filter=choosing(view.filter, KINDS[facet], values), page=1)
    return view.filtered(facet, values)


def words() -> dict[str, str]:
    """The texts of the filters; names in braces are filled in the browser."""
    return {
        "filters": _("Filters"),
        "done": _("Done"),
        "clearAll": _("Clear all"),
        "remove": _("Remove the filter {filter}"),
        "find": _("Find a value"),
        "more": _("{n} more"),
        "rarer": _("{rarer} rarer values: filter by a rule"),
        "fewer": _("Fewer"),
        "from": _("{title} from"),
        "to": _("{title} to"),
        "bin": _("{text}: {count}"),
        "rule": _("Filter by a rule"),
        "ruleExample": "age>=40 and not modality=CT",
    }


def _named(facet: str, values: Sequence[str]) -> str:
    shown = ", ".join(text(facet, value) for value in values)
    return _("{title}: {value}").format(title=title(facet), value=shown)


def _is_a_choice(made: Group) -> bool:
    is_any_chosen = any(option.chosen for option in made.options) or bool(made.low or made.high)
    least = 1 if made.facet in KINDS else 2
    return is_any_chosen or len(made.options) >= least


def _told(event: str) -> Any:
    return st.session_state[KEY][event]


def _choose() -> None:
    told = _told("choose")
    go(with_chosen(current_view(), told["facet"], tuple(told["values"])))


def _remove() -> None:
    told = _told("remove")
    go(without_chip(current_view(), told["facet"], told["rule"]))


def _clear() -> None:
    go(replace(current_view(), where=(), filter="", page=1))


def _rule() -> None:
    rule = str(_told("rule"))
    view = replace(current_view(), filter=rule, page=1)
    try:
        row_mask(shared_archive().reader().snapshot(), where_of(view))
    except RadseekError as error:
        st.session_state[REFUSED] = rule, str(error)
    else:
        go(view)
