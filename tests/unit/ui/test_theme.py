import pytest
from streamlit import config

from ui.launch import OPTIONS
from ui.theme import Theme, theme_options, tokens


def luminance(colour: str) -> float:
    """Of #rrggbb or #rgb. Source: WCAG 2.2, relative luminance."""
    digits = colour.removeprefix("#")
    wide = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(wide[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(theme: Theme, above: str, below: str) -> float:
    pair = [luminance(tokens(theme)[f"--rs-{name}"]) for name in (above, below)]
    return (max(pair) + 0.05) / (min(pair) + 0.05)


def test_the_formula_gives_the_contrasts_that_are_known():
    assert (luminance("#fff") + 0.05) / (luminance("#000000") + 0.05) == pytest.approx(21)
    assert 1.05 / (luminance("#767676") + 0.05) == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(
    ("above", "below"),
    [
        *((name, "ground") for name in ("text", "strong", "dim", "accent", "good", "warning")),
        *((name, "raised") for name in ("text", "strong", "dim", "accent", "good", "danger")),
        ("on-accent", "accent"),
        ("text", "accent-ground"),
        ("strong", "accent-ground"),
        ("warning", "warning-ground"),
        ("danger", "danger-ground"),
        ("on-picture", "waiting"),
    ],
)
def test_texts_can_be_read(theme, above, below):
    """WCAG 2.2, success criterion 1.4.3."""
    assert contrast(theme, above, below) >= 4.5


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("above", ["edge", "focus", *(f"chart-{n}" for n in range(1, 9))])
def test_what_is_pressed_focused_or_drawn_is_seen(theme, above):
    """WCAG 2.2, success criterion 1.4.11."""
    assert contrast(theme, above, "ground") >= 3


def test_pictures_lie_on_black_in_both_themes():
    assert {tokens(theme)["--rs-picture"] for theme in Theme} == {"#000"}


def test_a_theme_changes_only_what_the_dark_one_names():
    assert tokens(Theme.LIGHT).keys() == tokens(Theme.DARK).keys()
    assert tokens(Theme.LIGHT) != tokens(Theme.DARK)


def test_streamlit_knows_every_option_that_it_is_given():
    known = config.get_config_options().keys()
    assert theme_options().items() <= OPTIONS.items()
    assert OPTIONS.keys() <= known
