"""What is encoded for a text, and what the person should know of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.types import EncoderCard
from search.language.ambiguity import resolved
from search.language.asking import Asked, asked
from search.language.chinese import is_chinese, translate
from search.language.lexicon import Lexicon, lexicon
from search.language.limits import limits
from search.language.negation import all_absent, with_absences
from search.language.notes import Note, NoteCode
from search.language.reading import Item, read
from search.language.styles import Style, style_of
from search.language.terms import Term
from search.language.text import normalise
from search.language.wording import terms

CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class Understood:
    """A text as it was understood."""

    given: str
    terms: tuple[Term, ...]  # its row is the weighted sum of theirs
    notes: tuple[Note, ...] = ()  # str() of each is a sentence for the person
    strength: float = 1.0  # of its row beside those of other parts


def understand(text: str, card: EncoderCard) -> Understood:
    """The terms that the encoder of a card is given for a text, at least one of positive weight."""
    return understand_as(text, card.name)


def understand_as(text: str, encoder: str) -> Understood:
    """The same for an encoder by its name; it need not be there."""
    style, words = style_of(encoder), lexicon()
    plain = normalise(text)
    if not plain or _is_read_as_it_is(plain, style):
        return Understood(text, (Term(text, 1.0),))
    clear, notes = _clear(plain, words)
    return _understood(text, clear, with_absences(read(clear, words), words), notes, style)


def understand_unwanted(text: str, card: EncoderCard) -> Understood:
    """The terms for a text whose pictures are not wanted: what denies it.

    Less the row of the text itself would be less of its organ and modality, too. A text that has
    nothing to deny, such as a modality, or that denies already, is subtracted after all, with the
    weight that a denial gives to what is absent.
    """
    style, words = style_of(card.name), lexicon()
    plain = normalise(text)
    if not plain or _is_read_as_it_is(plain, style):
        return _opposite(Understood(text, (Term(text, 1.0),)), style)
    clear, notes = _clear(plain, words)
    items = with_absences(read(clear, words), words)
    absent = all_absent(items, words)
    if absent == items or any(item.is_denied for item in items):
        return _opposite(_understood(text, clear, items, notes, style), style)
    return _understood(text, clear, absent, notes, style)


def _is_read_as_it_is(text: str, style: Style) -> bool:
    return is_chinese(text) and CHINESE in style.reads


def _clear(text: str, words: Lexicon) -> tuple[str, tuple[Note, ...]]:
    """A text in English, without abbreviations that have several meanings."""
    english, translation = _in_english(text)
    clear, resolutions = resolved(english, words)
    return clear, (*translation, *resolutions)


def _understood(
    given: str, clear: str, items: Sequence[Item], notes: tuple[Note, ...], style: Style
) -> Understood:
    wanted = asked(clear, items, lexicon())
    told = (*notes, *_absences(wanted), *limits(clear, style))
    return Understood(given, terms(wanted, style, lexicon()), told)


def _opposite(understood: Understood, style: Style) -> Understood:
    against = tuple(replace(term, weight=-term.weight) for term in understood.terms)
    return replace(understood, terms=against, notes=(), strength=style.contrast)


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
