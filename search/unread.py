"""What is told of texts that are too long for an encoder: it would ignore their ends in silence."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from encoders.base import Encoder
from search.language.notes import Note, NoteCode
from search.language.understanding import Understood

SHOWN: Final = 80  # characters of what is not read


def unread_notes(texts: Iterable[str], encoder: Encoder) -> Iterator[Note]:
    """A note for each text that the encoder does not read to its end."""
    for text in texts:
        unread = encoder.unread(text)
        if unread is not None:
            words = (encoder.card.name, str(unread.tokens), _shown(unread.rest))
            yield Note(NoteCode.UNREAD, words)


def with_unread(understood: Understood, encoder: Encoder) -> Understood:
    """The same with such a note, each once, for the texts that it was understood as."""
    notes = unread_notes((term.text for term in understood.terms), encoder)
    return replace(understood, notes=(*understood.notes, *dict.fromkeys(notes)))


def _shown(rest: str) -> str:
    line = " ".join(rest.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN].rstrip()} …"
