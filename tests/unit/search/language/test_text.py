import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.text import normalise, stems, tokens


@pytest.mark.parametrize(
    ("given_text", "common"),
    [
        ("chest\u00a0x\u2011ray", "chest x-ray"),
        ("\uff23\uff34 \uff08chest\uff09", "CT (chest)"),
        ("a\u200bb\n c", "a b c"),
        ("“no” mass", '"no" mass'),
        ("胸片，未见异常。", "胸片,未见异常."),
    ],
)
def test_one_form_for_letters_and_marks(given_text, common):
    assert normalise(given_text) == common


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x-ray", "X rays"),
        ("tumours", "tumor"),
        ("haematoma", "Hematomas"),
        ("oesophagus", "esophagus"),
        ("Röntgen", "rontgen"),
        ("Hodgkin's", "hodgkins"),
        ("opacities", "opacity"),
        ("masses", "mass"),
        ("CTs", "ct"),
        ("A/P", "a p"),
    ],
)
def test_spellings_of_one_word(one, other):
    assert stems(one) == stems(other) != ()


@pytest.mark.parametrize(("one", "other"), [("uterus", "uteru"), ("pus", "pu"), ("mas", "mass")])
def test_what_only_looks_like_a_plural(one, other):
    assert stems(one) != stems(other)


def test_marks_between_clauses():
    found = [token.surface for token in tokens("no mass, T1.5 - head. end") if not token.stem]
    assert found == [",", "-", "."]


def test_a_minus_before_a_word_denies_it():
    denied = [token.surface for token in tokens("chest -mass x-ray -3 - head") if token.is_denied]
    assert denied == ["mass"]
