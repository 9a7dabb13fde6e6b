"""Chinese words of radiology as English ones, by the longest entries of a glossary."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("chinese.toml")
CHINESE: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
SPACES: Final = re.compile(rf"\s+(?={CHINESE.pattern})|(?<={CHINESE.pattern})\s+")
FOREIGN: Final = re.compile(rf"(?:(?!{CHINESE.pattern})\S)+\s*")
LOOSE_MARK: Final = re.compile(r"\s+([,.;:!?])")
OF: Final = "的"  # "of", with what is described behind it: a negation before it reaches no further
NEGATIONS: Final = frozenset({"no", "no evidence of", "without"})


@dataclass(frozen=True, slots=True)
class Glossary:
    """English by Chinese, in small letters and simplified characters."""

    words: Mapping[str, str]
    longest: int
    variants: Mapping[int, str]  # for str.translate


@dataclass(frozen=True, slots=True)
class Translated:
    """A text in English, and what of it could not be translated."""

    text: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    given: str
    english: str | None  # None: not in the glossary


def is_chinese(text: str) -> bool:
    """Whether a text holds Chinese characters."""
    return bool(CHINESE.search(text))


def translate(text: str) -> Translated:
    """Put the Chinese words of a text into English and leave the others as they are."""
    glossary = _glossary()
    plain = SPACES.sub("", text).translate(glossary.variants)
    pieces = list(_pieces(plain, glossary))
    english = LOOSE_MARK.sub(r"\1", " ".join(filter(None, _in_english(pieces))))
    runs = groupby(pieces, key=lambda piece: piece.english is None)
    unknown = tuple("".join(piece.given for piece in run) for missing, run in runs if missing)
    return Translated(english, unknown)


def glossary_entries() -> Mapping[str, str]:
    """The English of each Chinese entry, in simplified characters; "" has none of its own."""
    return _glossary().words


def _pieces(text: str, glossary: Glossary) -> Iterator[_Piece]:
    """A text cut up from its beginning, always by the longest entry that fits."""
    folded = text.lower() if len(text.lower()) == len(text) else text
    at = 0
    while at < len(text):
        piece = _entry_at(folded, at, glossary) or _foreign_at(text, at)
        yield piece
        at += len(piece.given)


def _entry_at(text: str, at: int, glossary: Glossary) -> _Piece | None:
    for length in range(min(glossary.longest, len(text) - at), 0, -1):
        given = text[at : at + length]
        if given in glossary.words:
            return _Piece(given, glossary.words[given])
    return None


def _foreign_at(text: str, at: int) -> _Piece:
    """A character that the glossary lacks, or a word of another script."""
    foreign = FOREIGN.match(text, at)
    return _Piece(foreign[0], foreign[0].strip()) if foreign else _Piece(text[at], None)


def _in_english(pieces: Sequence[_Piece]) -> Iterator[str]:
    is_negated = False
    for piece in pieces:
        ends = is_negated and piece.given == OF
        is_negated = not ends and (is_negated or piece.english in NEGATIONS)
        yield "-" if ends else piece.english or ""


@cache
def _glossary() -> Glossary:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    variants = table.pop("variants")
    words = {given.lower(): english for group in table.values() for given, english in group.items()}
    pairs = zip(variants["traditional"], variants["simplified"], strict=True)
    return Glossary(words, max(map(len, words)), {ord(old): new for old, new in pairs})
