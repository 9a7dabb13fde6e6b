"""What a person is told that no encoder can answer."""

import pytest

from search.language.limits import limits
from search.language.notes import NoteCode
from search.language.styles import style_of
from search.language.understanding import understand_as

STYLE = style_of("mini")


def told(text):
    return [(note.code, *note.words) for note in limits(text, STYLE)]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("nodule >3cm", "3cm"),
        ("5 mm nodule", "5 mm"),
        ("mass of 3.5 x 4 cm", "3.5 x 4 cm"),
        ("mass 3,5×4CM", "3,5×4CM"),
    ],
)
def test_a_size_is_not_measured(text, size):
    assert told(text) == [(NoteCode.MEASURE, size)]


@pytest.mark.parametrize(
    "text", ["T2 brain", "COVID-19", "L4/5", "1.5T", "3 cmH2O", "4 views", "BIRADS 4c"]
)
def test_other_numbers_are_no_sizes(text):
    assert told(text) == []


@pytest.mark.parametrize("word", ["نزيف", "שבר", "лёгкое", "レントゲン", "골절"])
def test_letters_that_no_encoder_here_reads_are_told(word):
    assert told(f"chest {word}") == [(NoteCode.SCRIPT, word)]


@pytest.mark.parametrize("text", ["Röntgen Thorax", "cœur", "β-amyloid", "5 µ", "🫁 x-ray", "胸片"])
def test_latin_greek_and_chinese_letters_are_read(text):
    assert told(text) == []


def test_a_size_in_chinese_is_told_in_english():
    assert str(understand_as("肺结节大于3厘米", "mini").notes[-1]) == (
        "3 cm is not measured: no encoder tells sizes from a picture."
    )
