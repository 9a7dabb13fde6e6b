"""Text as words: what two spellings of the same word have in common."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from core.spellings import american

PUNCTUATION: Final = str.maketrans({
    "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
    "。": ". ", "，": ",", "；": ";", "：": ":", "？": "?", "！": "!", "（": "(", "）": ")",
    "《": '"', "》": '"', "「": '"', "」": '"', "·": " ", "・": " ",
})  # fmt: skip
TOKEN: Final = re.compile(
    r"(?P<word>[^\W_]+(?:'[^\W_]+)*|\#)"
    r"|(?P<stop>[,;:!?()\[\]]|\.(?=\s|$)|(?<=\s)-(?=\s))"
)

# A minus before a phrase in quotes, as in `chest -"surgical clips"`.
DENIED: Final = re.compile(r"""(?<!\S)-(?:"[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a mark that ends a clause."""

    start: int  # place of the first letter in the text
    end: int
    surface: str
    stem: str  # "" for a mark
    is_denied: bool = False  # written with a minus before it, as in `chest -pneumonia`


def normalise(text: str) -> str:
    """One line in the common form of its letters and marks, without what cannot be seen."""
    composed = unicodedata.normalize("NFKC", text).translate(PUNCTUATION)
    seen = "".join(mark if unicodedata.category(mark)[0] != "C" else " " for mark in composed)
    return " ".join(seen.split())


def tokens(text: str) -> list[Token]:
    """The words and the marks between clauses of a normalised text, in order."""
    quoted = [match.span() for match in DENIED.finditer(text)]
    found = (_token(text, match) for match in TOKEN.finditer(text))
    return [replace(each, is_denied=True) if _lies_in(each, quoted) else each for each in found]


def stems(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as they are compared."""
    return tuple(token.stem for token in tokens(normalise(phrase)) if token.stem)


def _lies_in(token: Token, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < token.start < end for start, end in spans)


def _token(text: str, match: re.Match[str]) -> Token:
    start, end = match.span()
    surface = match.group()
    if match.lastgroup == "stop":
        return Token(start, end, surface, "")
    before = text[max(start - 2, 0) : start]
    is_denied = before in ("-", " -") and surface[0].isalpha()
    return Token(start, end, surface, stem(surface), is_denied)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without capitals, accents, apostrophes, plural and British spelling."""
    plain = unicodedata.normalize("NFKD", word.casefold()).replace("'", "")
    bare = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _singular(american(bare))


def _singular(word: str) -> str:
    if len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1]
