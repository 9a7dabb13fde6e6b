"""An engine without decoders: a file holds a number, and an encoder has a row for each number."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.types import (
    DecodedFile,
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Found,
    Instance,
    Location,
    Source,
)
from imaging.work import Before
from indexer.engine import Engine
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
    advice = ""
    at_once = 4

    def __init__(self, card: EncoderCard) -> None:
        self._card = card

    def read(
        self, found: Iterable[Found], before: Before, defer_slices: bool
    ) -> Iterator[EmbeddedFile]:
        for each in found:
            yield embed(self._card, each.location.path)

    def embed(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]]:
        raise AssertionError(f"{len(files)} files come decoded from an engine that embeds")


@contextmanager
def plain_engine(card: EncoderCard) -> Iterator[Engine]:
    """As a run opens its engine."""
    yield PlainEngine(card)
