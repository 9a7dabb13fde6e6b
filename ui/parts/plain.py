"""Texts of the catalog made harmless: a tag is whatever the sender of a file put there."""

import html
import re

CODE = re.compile(r"`([^`]+)`")
MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")  # ASCII punctuation: CommonMark 0.31, section 2.4


def in_markdown(text: str) -> str:
    """The text, to be shown as it stands where Streamlit reads Markdown."""
    return MARKDOWN.sub(r"\\\1", text)


def in_html(text: str) -> str:
    """The text, to be shown as it stands inside an element or an attribute."""
    return html.escape(text, quote=True)


def sentence(text: str) -> str:
    """A sentence of ours as HTML: what stands between backticks is a command or a name."""
    return CODE.sub(r"<code>\1</code>", in_html(text))
