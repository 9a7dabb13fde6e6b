"""An engine without decoders: a file holds a number, and an encoder has a row for each number."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

from core.types import EmbeddedFile, Embeddings, EncoderCard, Found, Instance, Location, Source
from tests.unit.storage.factories import CARD, prepared, random_rows

CARDS = {
    name: replace(CARD, name=name, weights_sha256=str(number) * 64)
    for number, name in enumerate(("one", "two"), start=1)
}


def row_of(card: EncoderCard, number: int) -> Embeddings:
    """The row of one number: (dim,)."""
    row: Embeddings = random_rows(1, seed=1000 * int(card.weights_sha256[0]) + number)[0]
    return row


def embed(card: EncoderCard, path: Path) -> EmbeddedFile:
    """What comes of a file."""
    content, state = path.read_bytes(), path.stat()
    sha256 = hashlib.sha256(content).hexdigest()
    source = Source(Location(path), state.st_size, state.st_mtime_ns, sha256)
    return EmbeddedFile(source, Instance(), [prepared()], row_of(card, int(content))[None])


class PlainEngine:
    """Embeds where it reads."""

    device = "cpu"
    at_once = 4

    def __init__(self, card: EncoderCard) -> None:
        self._card = card

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def read(self, found: Iterable[Found], *_: object) -> Iterator[EmbeddedFile]:
        for each in found:
            yield embed(self._card, each.location.path)
