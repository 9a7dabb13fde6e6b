"""What a machine writes about a picture, and what it may be told beforehand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaptionerCard:
    """Which captioner wrote a text, down to its weights."""

    name: str
    version: str
    weights_sha256: str  # lower-case hex; of several files, of their hashes in the order of names
    licence: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A similar picture of the archive, and what is known of it in a few words."""

    id: int
    similarity: float  # cosine
    words: str  # empty: nothing is known of it
