"""What an encoder is given for a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One text for the encoder. The query is the weighted sum of the rows of all terms."""

    text: str
    weight: float  # below 0: unlike
