"""From a text to what it mentions: concepts, unknown words, and the marks between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from search.language.chinese import is_chinese, translate
from search.language.lexicon import Entry, Kind, Lexicon, Mark, lexicon
from search.language.text import Token, normalise, tokens


@dataclass(frozen=True, slots=True)
class Item:
    """One phrase of a text: a mention of concepts, a mark, a mark of punctuation, or a word."""

    start: int
    end: int
    surface: str
    stem: str  # "" for anything but an unknown word
    entry: Entry | None = None
    kinds: frozenset[Kind] = frozenset()
    punctuation: str = ""
    is_denied: bool = False  # the text says that it is absent

    @property
    def mark(self) -> Mark | None:
        """What the phrase does to others, if it is a mark."""
        return self.entry.mark if self.entry else None

    @property
    def concepts(self) -> tuple[str, ...]:
        """The names of the concepts that it mentions."""
        return self.entry.concepts if self.entry else ()

    @property
    def is_finding(self) -> bool:
        """Whether a finding is mentioned, or that there is none."""
        return Kind.FINDING in self.kinds or Kind.STATE in self.kinds


def read(text: str, lexicon: Lexicon) -> tuple[Item, ...]:
    """The phrases of a normalised text in order, the longest that the lexicon knows first."""
    words = tokens(text)
    items = []
    at = 0
    while at < len(words):
        length, entry = _longest(words, at, lexicon)
        items.append(_item(text, words[at : at + length], entry, lexicon))
        at += length
    return tuple(items)


def unknown_words(text: str) -> tuple[str, ...]:
    """The words of a text that no table of the language holds; in Chinese, what is left over."""
    words, plain = lexicon(), normalise(text)
    known = words.stop | words.places
    items = (item for item in read(plain, words) if item.stem and item.stem not in known)
    others = tuple(item.surface for item in items if not is_chinese(item.surface))
    left = translate(plain).unknown if is_chinese(plain) else ()
    return (*others, *(word for signs in left for word in _around(signs, plain)))


def _around(signs: str, text: str) -> tuple[str, ...]:
    """Chinese signs as they are left over; a single one with that before it, and that behind it."""
    if len(signs) > 1:
        return (signs,)
    at = text.find(signs)
    pairs = (text[max(at - 1, 0) : at + 1], text[at : at + 2])
    return tuple(pair for pair in pairs if len(pair) == 2 and all(map(is_chinese, pair)))


def denied(item: Item) -> Item:
    """The same phrase as one that is said to be absent."""
    return replace(item, is_denied=True)


def _longest(words: Sequence[Token], at: int, lexicon: Lexicon) -> tuple[int, Entry | None]:
    most = lexicon.longest.get(words[at].stem, 0)
    for length in range(min(most, len(words) - at), 0, -1):
        among = words[at : at + length]
        if any(word.is_denied != among[0].is_denied for word in among):
            continue
        entry = lexicon.phrases.get(tuple(word.stem for word in among))
        if entry and entry.mark and among[0].is_denied:
            continue  # `-resolved` is a word that is not wanted
        if entry and not (entry.in_capitals and not _in_capitals(among)):
            return length, entry
    return 1, None


def _in_capitals(words: Sequence[Token]) -> bool:
    return all(word.surface.rstrip("s").isupper() for word in words)


def _item(text: str, words: Sequence[Token], entry: Entry | None, lexicon: Lexicon) -> Item:
    start, end = words[0].start, words[-1].end
    kinds = (
        frozenset(lexicon.concepts[name].kind for name in entry.concepts) if entry else frozenset()
    )
    stem = "" if entry else words[0].stem
    punctuation = words[0].surface if not words[0].stem else ""
    denied = words[0].is_denied
    return Item(start, end, text[start:end], stem, entry, kinds, punctuation, denied)
