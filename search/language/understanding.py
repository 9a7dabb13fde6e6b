"""What is encoded for a text, and what the person should know of it."""

from dataclasses import dataclass

from core.types import EncoderCard
from search.language.notes import Note


@dataclass(frozen=True, slots=True)
class Term:
    """One text for the encoder. The query is the weighted sum of the rows of all terms."""

    text: str
    weight: float  # below 0: unlike


@dataclass(frozen=True, slots=True)
class Understood:
    """A text as it was understood."""

    given: str
    terms: tuple[Term, ...]
    notes: tuple[Note, ...] = ()  # str() of each is a sentence for the person


def understand(text: str, card: EncoderCard) -> Understood:
    """The terms that the encoder of a card is given for a text."""
    del card
    return Understood(text, (Term(text, 1.0),))
