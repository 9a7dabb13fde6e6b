"""Dark and light: what they are called, and the colours that Streamlit is told of them."""

import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

TOKENS: Final = Path(__file__).with_name("tokens.css")
COOKIE: Final = "radseek-theme"
BLOCK = re.compile(r"^:root(?:\[data-theme=\"(\w+)\"\])? \{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
TOKEN = re.compile(r"(--rs-[\w-]+):\s*([^;]+);")
# Options of Streamlit's themes by the token that they take their colour from.
STREAMLIT: Final = {
    "backgroundColor": "--rs-ground",
    "secondaryBackgroundColor": "--rs-raised",
    "textColor": "--rs-text",
    "primaryColor": "--rs-accent",
    "linkColor": "--rs-accent",
    "borderColor": "--rs-line",
}


class Theme(StrEnum):
    """Dark is for the reading room, and the one that opens."""

    DARK = "dark"
    LIGHT = "light"


@cache
def tokens(theme: Theme) -> dict[str, str]:
    """Every token of tokens.css with its value in one theme."""
    blocks = {name: dict(TOKEN.findall(body)) for name, body in BLOCK.findall(TOKENS.read_text())}
    return blocks[""] | blocks.get(theme, {})


def theme_options() -> dict[str, str]:
    """Options for Streamlit, which draws its own widgets in the same two themes."""
    return {
        f"theme.{theme}.{option}": tokens(theme)[token]
        for theme in Theme
        for option, token in STREAMLIT.items()
    }
