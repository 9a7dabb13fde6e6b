"""The words of radiology by what they mean: lexicon.toml and negation.toml, read once."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from search.language.text import stems

HERE = Path(__file__).parent


class Kind(StrEnum):
    """What a concept says of a picture."""

    MODALITY = "modality"
    PART = "part"
    VIEW = "view"
    DETAIL = "detail"  # sequence, contrast, side, age
    FINDING = "finding"
    STATE = "state"  # normal or not
    SIDE = "side"


class Mark(StrEnum):
    """What a phrase without a meaning of its own does to those around it; see negation.toml."""

    BEFORE = "before"
    AFTER = "after"
    SEEMING = "seeming"
    TERMS = "terms"
    ENDS = "ends"
    LISTS = "lists"


@dataclass(frozen=True, slots=True)
class Concept:
    """One meaning."""

    name: str
    spoken: str  # the name in a sentence
    kind: Kind
    at: str = ""  # of a finding: the body part that it is always found in
    broader: str = ""  # the name of a concept that then holds as well


@dataclass(frozen=True, slots=True)
class Entry:
    """What one phrase means: concepts, or one of several meanings, or a mark."""

    concepts: tuple[str, ...] = ()
    mark: Mark | None = None
    is_ambiguous: bool = False
    in_capitals: bool = False  # written otherwise it is another word
    long: str = ""  # of an abbreviation: how it is written out


Phrase = tuple[str, ...]  # stems


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All concepts by name, and all phrases."""

    concepts: Mapping[str, Concept]
    phrases: Mapping[Phrase, Entry]
    longest: Mapping[str, int]  # words in the longest phrase that begins with a stem
    meanings: Mapping[Phrase, Mapping[str, frozenset[str]]]  # of ambiguous ones: what decides
    stop: frozenset[str]  # stems that say nothing
    places: frozenset[str]  # stems of prepositions before where or how something is seen

    def with_broader(self, name: str) -> Iterator[str]:
        """A concept, then ever broader ones."""
        while name:
            yield name
            name = self.concepts[name].broader

    def closest(self, name: str, among: Mapping[str, object]) -> str:
        """The narrowest concept of a chain that is among some, or "" when none is."""
        return next((each for each in self.with_broader(name) if each in among), "")


@cache
def lexicon() -> Lexicon:
    """The table that comes with radseek."""
    words, signs = _table("lexicon.toml"), _table("negation.toml")
    concepts = {concept.name: concept for concept in _concepts(words)}
    phrases = dict(_phrases(words)) | dict(_marks(signs))
    longest: dict[str, int] = {}
    for phrase in phrases:
        longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    meanings = {
        stems(short): {text: frozenset(by) for text, by in choices.items()}
        for short, choices in words["ambiguous"].items()
    }
    plain = {name: frozenset(stems(" ".join(signs["words"][name]))) for name in ("stop", "places")}
    return Lexicon(concepts, phrases, longest, meanings, plain["stop"], plain["places"])


@cache
def spellings() -> Mapping[str, tuple[str, ...]]:
    """The other words for each concept, as lexicon.toml writes them."""
    groups = _groups(_table("lexicon.toml"))
    return {name: tuple(others) for _, _, group in groups for name, others in group.items()}


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _groups(words: Mapping[str, Any]) -> Iterator[tuple[Kind, str, Mapping[str, list[str]]]]:
    """Kind, the part that a group is of, and its concepts with their words."""
    for kind in (Kind.MODALITY, Kind.VIEW, Kind.DETAIL, Kind.STATE, Kind.SIDE):
        yield kind, "", words[kind]
    for kind in (Kind.PART, Kind.FINDING):
        yield from ((kind, part, group) for part, group in words[kind].items())


def _concepts(words: Mapping[str, Any]) -> Iterator[Concept]:
    parts = {name for group in words[Kind.PART].values() for name in group}
    for kind, part, group in _groups(words):
        for name in group:
            broader = words["broader"].get(name, part if kind is Kind.PART else "")
            at = part if kind is Kind.FINDING and part in parts else ""
            yield Concept(name, words["spoken"].get(name, name), kind, at, broader)


def _phrases(words: Mapping[str, Any]) -> Iterator[tuple[Phrase, Entry]]:
    for _, _, group in _groups(words):
        for name, others in group.items():
            for word in (name, *others):
                yield stems(word), _entry((name,), word, words)
    for short in words["ambiguous"]:
        yield stems(short), Entry(is_ambiguous=True, in_capitals=True)
    for word, names in words["joint"].items():
        yield stems(word), _entry(tuple(names), word, words)


def _entry(names: tuple[str, ...], word: str, words: Mapping[str, Any]) -> Entry:
    is_short = word.isupper() and " " not in word
    long = _written_out(names, word, words["spoken"]) if is_short else ""
    return Entry(names, in_capitals=word in words["only_in_capitals"], long=long)


def _written_out(names: tuple[str, ...], short: str, spoken: Mapping[str, str]) -> str:
    """How an abbreviation is spoken, or "" where it is spoken as it is written."""
    first, *others = (spoken.get(name, name) for name in names)
    long = spoken.get(short, " ".join((*others, first)))
    return "" if long == short else long


def _marks(signs: Mapping[str, Any]) -> Iterator[tuple[Phrase, Entry]]:
    return ((stems(phrase), Entry(mark=mark)) for mark in Mark for phrase in signs[mark])
