import pytest

from ui.search_page.facets import LABELS, MOST_SENT, group, text


def said(made):
    return [(option.text, option.count, option.chosen) for option in made.options]


def test_the_order_of_the_counts_is_kept_and_not_stated_comes_last():
    made = group("modality", [("", 1204), ("CT", 30), ("MR", 4)], ["MR"])
    assert said(made) == [("CT", "30", False), ("MR", "4", True), ("not stated", "1,204", False)]


def test_a_value_that_only_the_address_names_counts_no_picture():
    assert said(group("modality", [("CT", 3)], ["XX"])) == [("CT", "3", False), ("XX", "0", True)]


def test_of_very_many_values_the_rarer_ones_are_counted_and_not_sent():
    counted = [(f"site {n}", 900 - n) for n in range(MOST_SENT + 40)] + [("", 1)]
    made = group("institution", counted, [f"site {MOST_SENT + 7}"])
    sent = [option.value for option in made.options]
    frequent = [f"site {n}" for n in range(MOST_SENT)]
    assert sent == [*frequent, f"site {MOST_SENT + 7}", ""]
    assert made.rarer == 39


def test_a_facet_that_filters_is_unfolded():
    assert not group("scanner", [("A", 3)], []).is_open
    assert group("scanner", [("A", 3)], ["A"]).is_open
    assert group("modality", [("CT", 3)], []).is_open


def test_ages_and_dates_are_ranges_that_say_which_of_their_bins_they_hold():
    made = group("age", [("30..39", 2), ("40..49", 3), ("50..59", 0), ("60..69", 1)], ["40..59"])
    assert (made.is_range, made.low, made.high) == (True, "40", "59")
    assert said(made) == [
        ("30–39", "2", False),
        ("40–49", "3", True),
        ("50–59", "0", True),
        ("60–69", "1", False),
    ]
    assert not any(option.is_alone for option in made.options)


def test_one_bin_that_is_chosen_can_be_told_from_a_wider_range():
    made = group("date", [("2019", 2), ("2020", 3), ("", 1)], ["2020..2020", ""])
    assert [option.is_alone for option in made.options] == [False, True, False]
    assert [option.chosen for option in made.options] == [False, True, True]


def test_an_open_or_unreadable_range_is_shown_as_it_was_typed():
    assert group("age", [("40..49", 3)], ["40.."]).options[0].chosen
    made = group("age", [("40..49", 3)], ["tall..90"])
    assert (made.low, made.high, made.options[0].chosen) == ("tall", "90", False)


@pytest.mark.parametrize(
    ("facet", "value", "shown"),
    [
        ("sex", "F", "female"),
        ("laterality", "L", "left"),
        ("sex", "X", "X"),
        ("age", "40..49", "40–49"),
        ("age", "40..", "from 40"),
        ("date", "..2020", "up to 2020"),
        ("date", "2020", "2020"),
        ("body_part", "", "not stated"),
        ("scanner", "A..B", "A..B"),
        (LABELS, "set/mass", "set/mass"),
    ],
)
def test_values_are_shown_as_people_read_them(facet, value, shown):
    assert text(facet, value) == shown
