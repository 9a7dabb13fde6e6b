import html

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.parts.plain import in_html, in_markdown, sentence

LINES = st.text(st.characters(exclude_categories=["C", "Z"])).map(str.strip)


@given(text=st.text())
@example(text="<script>alert('x')</script>")
def test_no_markup_survives_in_html(text):
    escaped = in_html(text)
    assert not set(escaped) & set("<>\"'")
    assert html.unescape(escaped.replace("&", "&amp;")) == escaped


@given(text=st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"])))
def test_html_shows_the_text_as_it_stands(text):
    assert html.unescape(in_html(text)) == text


@given(text=LINES)
@example(text="![x](https://example.org/x.png)")
@example(text="**CT** <b> [link](x) `code` :red[x] $x$ &amp; http://example.org")
def test_markdown_shows_the_text_as_it_stands(text):
    rendered = MarkdownIt("commonmark").renderInline(in_markdown(text))
    assert html.unescape(rendered) == text


def test_a_command_in_a_sentence_is_set_as_code_and_the_rest_as_text():
    shown = sentence("No <b>. Make it with `radseek index PATH`.")
    assert shown == "No &lt;b&gt;. Make it with <code>radseek index PATH</code>."
