"""The words of the lexicon that an encoder can be asked with."""

from collections.abc import Iterator
from dataclasses import dataclass

from search.language.chinese import glossary_entries, is_chinese
from search.language.lexicon import Concept, Kind, lexicon, spellings
from search.language.styles import Style, style_of
from search.language.text import stems


@dataclass(frozen=True, slots=True)
class Word:
    """One concept as a person may ask for it."""

    text: str
    concept: str
    kind: Kind
    means: str = ""  # of a Chinese text: its English
    also: tuple[str, ...] = ()  # other words for the same


def vocabulary(encoder: str) -> tuple[Word, ...]:
    """The concepts that the encoder of this name knows, in English, then in Chinese.

    An encoder that learnt few words knows those that it has a name for, any other all of them.
    """
    known = {concept.name: concept for concept in _known(style_of(encoder))}
    english = tuple(_english(concept) for concept in known.values())
    chinese = (_chinese(given, words) for given, words in glossary_entries().items())
    return (*english, *(word for word in chinese if word is not None and word.concept in known))


def _known(style: Style) -> Iterator[Concept]:
    for concept in lexicon().concepts.values():
        if concept.name in style.names or not style.knows_its_names:
            yield concept


def _english(concept: Concept) -> Word:
    others = {concept.name, *spellings()[concept.name]} - {concept.spoken}
    return Word(concept.spoken, concept.name, concept.kind, also=tuple(sorted(others)))


def _chinese(given: str, english: str) -> Word | None:
    """A Chinese entry, where it is one concept and nothing else."""
    words = lexicon()
    entry = words.phrases.get(stems(english))
    if entry is None or len(entry.concepts) != 1 or not is_chinese(given):
        return None
    concept = words.concepts[entry.concepts[0]]
    return Word(given.upper(), concept.name, concept.kind, means=concept.spoken)
