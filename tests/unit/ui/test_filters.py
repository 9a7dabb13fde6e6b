import pytest

from ui.search_page.filters import options, title


def test_a_value_that_only_the_address_names_counts_no_picture():
    offered = options([("CT", 3), ("MR", 1)], ["CT", "XX"])
    assert list(offered.items()) == [("CT", 3), ("MR", 1), ("XX", 0)]


def test_the_most_frequent_value_is_offered_first_and_none_at_all_last():
    assert list(options([("", 9), ("CT", 3), ("MR", 1)], [])) == ["CT", "MR", ""]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("CT", "CT 1,204"), ("", "no body part 1,204"), ("*A*", "\\*A\\* 1,204")],
)
def test_a_value_is_shown_with_its_count(value, shown):
    assert title("body_part", value, 1204) == shown
