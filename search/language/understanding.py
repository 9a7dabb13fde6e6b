"""What is encoded for a text, and what the person should know of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.types import EncoderCard
from search.language.ambiguity import resolved
from search.language.asking import Asked, asked
from search.language.chinese import is_chinese, translate
from search.language.lexicon import lexicon
from search.language.negation import with_absences
from search.language.notes import Note, NoteCode
from search.language.reading import read
from search.language.styles import style_of
from search.language.terms import Term
from search.language.text import normalise
from search.language.wording import terms

CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class Understood:
    """A text as it was understood."""

    given: str
    terms: tuple[Term, ...]  # the query is the weighted sum of their rows
    notes: tuple[Note, ...] = ()  # str() of each is a sentence for the person


def understand(text: str, card: EncoderCard) -> Understood:
    """The terms that the encoder of a card is given for a text, at least one of positive weight."""
    return understand_as(text, card.name)


def understand_as(text: str, encoder: str) -> Understood:
    """The same for an encoder by its name; it need not be there."""
    style, words = style_of(encoder), lexicon()
    plain = normalise(text)
    if not plain or (is_chinese(plain) and CHINESE in style.reads):
        return Understood(text, (Term(text, 1.0),))
    english, translation = _in_english(plain)
    clear, resolutions = resolved(english, words)
    wanted = asked(clear, with_absences(read(clear, words), words), words)
    notes = (*translation, *resolutions, *_absences(wanted))
    return Understood(text, terms(wanted, style, words), notes)


def _in_english(text: str) -> tuple[str, tuple[Note, ...]]:
    """A text without Chinese, or itself where nothing of it could be translated."""
    if not is_chinese(text):
        return text, ()
    translated = translate(text)
    english = normalise(translated.text)
    missing = tuple(Note(NoteCode.NOT_TRANSLATED, (word,)) for word in translated.unknown)
    if not english:
        return text, missing
    return english, (Note(NoteCode.TRANSLATED, (text, english)), *missing)


def _absences(wanted: Asked) -> Iterator[Note]:
    return (Note(NoteCode.ABSENT, (absent.text,)) for absent in wanted.absent)
