import pytest

from search.language.styles import DEFAULT, fill, style_of

TEMPLATE = "[{view} ]{modality}[ of the {part}][ with {finding}]"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (("axial", "CT", "head", "bleed"), "axial CT of the head with bleed"),
        (("", "CT", "", "bleed"), "CT with bleed"),
        (("", "CT", "{part} [x]", ""), "CT of the {part} [x]"),
    ],
)
def test_what_is_optional_goes_with_its_field(fields, text):
    names = ("view", "modality", "part", "finding")
    assert fill(TEMPLATE, dict(zip(names, fields, strict=True))) == text


def test_an_encoder_without_a_table_is_asked_as_most_are():
    assert style_of("colour") == style_of(DEFAULT)
    assert style_of("mini") != style_of(DEFAULT)
