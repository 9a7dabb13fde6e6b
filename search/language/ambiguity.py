"""Abbreviations with several meanings: what stands beside them decides, or they stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.language.lexicon import Lexicon
from search.language.notes import Note, NoteCode
from search.language.reading import Item, read
from search.language.text import stems


@dataclass(frozen=True, slots=True)
class _Choice:
    item: Item
    text: str  # what it is replaced by
    note: Note


def resolved(text: str, lexicon: Lexicon) -> tuple[str, tuple[Note, ...]]:
    """The text with each ambiguous abbreviation written out where the context tells its meaning."""
    items = read(text, lexicon)
    choices = list(_choices(items, lexicon))
    for choice in reversed(choices):
        text = text[: choice.item.start] + choice.text + text[choice.item.end :]
    return text, tuple(choice.note for choice in choices)


def _choices(items: Sequence[Item], lexicon: Lexicon) -> Iterator[_Choice]:
    named = [name for item in items for name in item.concepts]
    around = {broad for name in named for broad in lexicon.with_broader(name)}
    for item in items:
        if item.entry and item.entry.is_ambiguous:
            yield _choice(item, around, lexicon)


def _choice(item: Item, around: set[str], lexicon: Lexicon) -> _Choice:
    """The meaning with the most of its signs around it; the text itself when none has most."""
    meanings = lexicon.meanings[stems(item.surface)]
    ranked = sorted(meanings, key=lambda meaning: -len(meanings[meaning] & around))
    best, second = (len(meanings[meaning] & around) for meaning in ranked[:2])
    if best == second:
        all_meanings = " or ".join(meanings)
        return _Choice(item, item.surface, Note(NoteCode.AMBIGUOUS, (item.surface, all_meanings)))
    sign = min(meanings[ranked[0]] & around)
    return _Choice(item, ranked[0], Note(NoteCode.RESOLVED, (item.surface, ranked[0], sign)))
