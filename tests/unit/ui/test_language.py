import pytest

from ui.language import number, plural


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 pictures"), (1, "1 picture"), (12345, "12,345 pictures")]
)
def test_a_count_is_said_in_its_form(n, said):
    assert plural("{n} picture", "{n} pictures", n) == said


def test_what_else_is_named_is_filled_in_too():
    assert plural("{n} of {all}", "{n} of {all}", 2, all="9") == "2 of 9"


def test_a_number_is_grouped():
    assert number(1234567) == "1,234,567"
