import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidFilter
from search.filters import parse_where
from search.where.tree import Label, Member, Op, Or, one_of
from ui.search_page.refined import choosing, chosen, joined, parts_of, without_leaves

NAMES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=4, unique=True)


def test_a_choice_is_added_to_a_filter_and_taken_away_again():
    more = choosing("age>=40", Member, ["mine", "to ask"])
    assert more == 'age>=40 and (in:mine or in:"to ask")'
    assert choosing(more, Member, ["mine"]) == "age>=40 and in:mine"
    assert choosing(more, Member, []) == "age>=40"
    assert choosing("in:mine", Member, []) == ""


def test_labels_are_chosen_from_where_they_are_sure():
    assert choosing("in:mine", Label, ["set/mass"]) == "in:mine and label:set/mass>=0.5"
    assert chosen("in:mine and (label:a>=0.5 or label:b>=0.5)", Label) == ("a", "b")


@pytest.mark.parametrize("rule", ["not in:mine", "in:mine or age>=40", "label:a>=0.9"])
def test_what_no_list_could_have_made_is_left_as_it_is(rule):
    assert chosen(rule, Member) == chosen(rule, Label) == ()
    assert choosing(choosing(rule, Member, ["other"]), Member, []) == joined(parts_of(rule))


@given(names=NAMES, others=NAMES)
def test_what_is_chosen_is_read_back_and_the_rest_stays(names, others):
    rule = choosing(choosing("age>=40", Label, others), Member, names)
    assert chosen(rule, Member) == tuple(names)
    assert chosen(rule, Label) == tuple(others)
    assert parse_where("age>=40") in parts_of(rule)


def test_filters_on_boards_alone_do_not_count_for_boards():
    either = Or((Member("a"), Member("b")))
    label = Label("x", Op.LESS, ("0.2",))
    assert without_leaves([either, one_of("sex", "F"), label], Member) == [
        one_of("sex", "F"),
        label,
    ]


def test_a_rule_that_cannot_be_read_says_so():
    with pytest.raises(InvalidFilter):
        parts_of("age>=")
