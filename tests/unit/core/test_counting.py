import pytest

from core.counting import counted, noun


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 files"), (1, "1 file"), (2, "2 files"), (10_001, "10001 files")]
)
def test_one_is_told_as_one(number, told):
    assert counted(number, "file") == told


def test_a_word_may_have_a_plural_of_its_own():
    assert [counted(n, "study", "studies") for n in (1, 2)] == ["1 study", "2 studies"]
    assert [noun(n, "series", "series") for n in (1, 2)] == ["series", "series"]
