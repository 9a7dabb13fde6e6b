"""What a text asks that encoders cannot answer."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from search.language.notes import Note, NoteCode
from search.language.styles import Style

READ: Final = frozenset({"en", "zh"})  # an encoder of more languages may read any letters
SIZE: Final = re.compile(
    r"\d+(?:[.,]\d+)?(?:\s?[x×*]\s?\d+(?:[.,]\d+)?)*\s?(?:mm|cm)\b", re.IGNORECASE
)
WORD: Final = re.compile(r"[^\W\d_]{2,}")
LATIN: Final = (
    "LATIN",
    "GREEK",
    "CJK",
)  # Greek letters stand in English words, Chinese is translated


def limits(text: str, style: Style) -> Iterator[Note]:
    """A note on each size, and one on words in letters that the encoder never saw."""
    yield from (Note(NoteCode.MEASURE, (size[0],)) for size in SIZE.finditer(text))
    strange = [word[0] for word in WORD.finditer(text) if not _is_latin(word[0])]
    if strange and style.reads <= READ:
        yield Note(NoteCode.SCRIPT, (" ".join(strange),))


def _is_latin(word: str) -> bool:
    return all(unicodedata.name(letter, "").startswith(LATIN) for letter in word)
