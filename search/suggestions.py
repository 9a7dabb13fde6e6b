"""What to ask a collection for: words that its encoder knows, by what the collection holds."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from search.facets import facet
from search.language.lexicon import Kind, lexicon
from search.language.reading import read
from search.language.text import normalise
from search.language.vocabulary import Word, vocabulary
from search.where.masks import Rows
from search.where.tree import one_of

FIELDS: Final = {"modality": Kind.MODALITY, "body_part": Kind.PART, "view": Kind.VIEW}
MOST_EXAMPLES: Final = 7
SCENES: Final = 4  # pairs of a modality and a body part that examples are made of


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One word to ask with."""

    word: Word
    pictures: int  # that state it in a tag; 0 where no tag would


def suggestions(encoder: str, rows: Rows) -> tuple[Suggestion, ...]:
    """The words that the encoder of this name knows, what the collection holds most of first.

    A finding stands with the body part that it is found in.
    """
    held = held_concepts(rows)
    words = [Suggestion(word, held[word.concept]) for word in vocabulary(encoder)]
    return tuple(sorted(words, key=lambda each: -_weight(each.word, held)))


def held_concepts(rows: Rows) -> Counter[str]:
    """How many pictures state each concept as their modality, body part or view."""
    held: Counter[str] = Counter()
    for field, kind in FIELDS.items():
        for value, count in facet(rows, field):
            held.update(dict.fromkeys(concepts_of(value, kind), count))
    return held


def concepts_of(value: str, kind: Kind) -> set[str]:
    """The concepts of a kind that the value of a tag mentions, with broader ones of that kind."""
    words = lexicon()
    named = {name for item in read(normalise(value), words) for name in item.concepts}
    chains = (each for name in named for each in words.with_broader(name))
    return {name for name in chains if words.concepts[name].kind is kind}


def examples(encoder: str, rows: Rows, *, in_chinese: bool = False) -> tuple[str, ...]:
    """Queries to start from: what the collection holds most of, with findings that occur there."""
    spoken = _spoken(encoder, in_chinese=in_chinese)
    scenes = [scene for scene in _scenes(rows) if spoken.keys() >= set(scene)]
    apart, then = ("", "，") if in_chinese else (" ", ", ")
    texts = (text for scene in scenes[:SCENES] for text in _texts(*scene, spoken, apart, then))
    return tuple(dict.fromkeys(texts))[:MOST_EXAMPLES]


def _spoken(encoder: str, *, in_chinese: bool) -> dict[str, str]:
    """What is said for each concept that the encoder knows; the first word of several.

    In Chinese a region is called so ("胸部") where it can be.
    """
    words = [word for word in vocabulary(encoder) if bool(word.means) is in_chinese]
    ordered = sorted(words, key=lambda word: not word.text.endswith("部"))
    return {word.concept: word.text for word in reversed(ordered)}


def _scenes(rows: Rows) -> list[tuple[str, str]]:
    """Modality and body part of pictures, both as concepts, those of most pictures first."""
    counts: Counter[tuple[str, str]] = Counter()
    for modality, _ in facet(rows, "modality"):
        for part, pictures in facet(rows, "body_part", (one_of("modality", modality),)):
            pair = (_narrowest(modality, Kind.MODALITY), _narrowest(part, Kind.PART))
            counts[pair] += pictures
    return [pair for pair, _ in counts.most_common() if all(pair)]


def _narrowest(value: str, kind: Kind) -> str:
    """The first concept of a kind that the value of a tag mentions, or ""."""
    words = lexicon()
    named = (name for item in read(normalise(value), words) for name in item.concepts)
    return next((name for name in named if words.concepts[name].kind is kind), "")


def _texts(
    modality: str, part: str, spoken: Mapping[str, str], apart: str, then: str
) -> Iterator[str]:
    scene = spoken[modality] if modality == "MG" else f"{spoken[part]}{apart}{spoken[modality]}"
    yield scene
    findings = [name for name in _findings(part) if name in spoken]
    yield from (f"{scene}{then}{spoken[name]}" for name in findings[:1])


def _findings(part: str) -> Iterator[str]:
    """The findings that are always found in a body part, or in a part of it."""
    words = lexicon()
    for concept in words.concepts.values():
        if concept.at and part in words.with_broader(concept.at):
            yield concept.name


def _weight(word: Word, held: Mapping[str, int]) -> int:
    """How many pictures may show it."""
    if word.kind is not Kind.FINDING:
        return held[word.concept]
    return held[lexicon().concepts[word.concept].at]
