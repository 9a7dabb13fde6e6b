"""Plain makers of what the storage tests put in."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.types import (
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Identity,
    Prepared,
    Source,
    Tags,
)
from storage.writer import CollectionWriter

RENDERING = "voi-1"
DIM = 8
NO_TAGS = Tags()
NOBODY = Identity()
CARD = EncoderCard("toy", "1", DIM, "ab" * 32, "squash-8", "none")


def unit(rows: object) -> Embeddings:
    """Rows of unit length."""
    wide = np.asarray(rows, dtype=np.float32)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def random_rows(n: int, dim: int = DIM, seed: int = 0) -> Embeddings:
    """Rows of unit length in all directions."""
    return unit(np.random.default_rng(seed).standard_normal((n, dim)))


def source(name: str, sha256: str = "00") -> Source:
    """A file of the archive."""
    return Source(Path("/archive") / name, size=100, modified_ns=5, sha256=sha256)


def prepared(
    frame: int = 0,
    tags: Tags = NO_TAGS,
    identity: Identity = NOBODY,
    thumbnail: bytes = b"webp",
) -> Prepared:
    """A decoded picture."""
    return Prepared(np.zeros((8, 8, 3), dtype=np.uint8), thumbnail, frame, tags, identity)


def embedded(
    name: str,
    rows: Embeddings,
    tags: Tags = NO_TAGS,
    sha256: str = "00",
) -> EmbeddedFile:
    """A file with one picture for each row."""
    pictures = [prepared(frame, tags) for frame in range(len(rows))]
    return EmbeddedFile(source(name, sha256), pictures, rows)


def one_each(rows: Embeddings, prefix: str = "f") -> list[EmbeddedFile]:
    """One file with one picture for each row: PREFIX0, PREFIX1, ..."""
    return [embedded(f"{prefix}{i}", rows[i : i + 1]) for i in range(len(rows))]


def open_writer(home: Path, name: str = "main", card: EncoderCard = CARD) -> CollectionWriter:
    """Open a collection for writing."""
    return CollectionWriter.open(home, name, card, RENDERING)


def fill(home: Path, files: Sequence[EmbeddedFile]) -> None:
    """Make a collection of one batch."""
    with open_writer(home) as writer:
        writer.commit(files)
