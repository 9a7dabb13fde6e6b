"""Plain makers of what the storage tests put in."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.types import (
    CatalogueCode,
    Catalogued,
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Identity,
    Instance,
    Kept,
    Location,
    Pending,
    Place,
    Prepared,
    Source,
    Tags,
)
from storage.batch import Batch
from storage.writer import CollectionWriter

RENDERING = "voi-1"
DIM = 8
NO_TAGS = Tags()
NOBODY = Identity()
CARD = EncoderCard("toy", "1", DIM, "ab" * 32, "squash-8", "none")
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def unit(rows: object) -> Embeddings:
    """Rows of unit length."""
    wide = np.asarray(rows, dtype=np.float32)
    return wide / np.linalg.norm(wide, axis=1, keepdims=True)


def random_rows(n: int, dim: int = DIM, seed: int = 0) -> Embeddings:
    """Rows of unit length in all directions."""
    return unit(np.random.default_rng(seed).standard_normal((n, dim)))


def hash_of(text: str) -> str:
    """A SHA-256 that belongs to a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def at(name: str, member: str = "") -> Location:
    """A place in the archive."""
    return Location(Path("/archive") / name, member)


def source(name: str, content: str = "", member: str = "") -> Source:
    """A file of the archive; without a content it has one of its own."""
    return Source(at(name, member), 100, 5, hash_of(content or f"{name}!{member}"))


def axial(z: float) -> Place:
    """Where an axial slice lies at a height in mm."""
    return Place(AXIAL, (0.0, 0.0, z))


def prepared(
    frame: int = 0,
    thumbnail: bytes = b"webp",
    pixels: str = "",
    place: Place | None = None,
) -> Prepared:
    """A decoded picture; its pixels are unknown unless a text stands for them."""
    pixel_sha256 = hash_of(pixels) if pixels else ""
    return Prepared(np.zeros((8, 8, 3), np.uint8), thumbnail, frame, pixel_sha256, place)


def embedded(
    name: str,
    rows: Embeddings,
    tags: Tags = NO_TAGS,
    content: str = "",
    *,
    pixels: str = "",
    identity: Identity = NOBODY,
    place: Place | None = None,
) -> EmbeddedFile:
    """A file with one picture for each row, all with the same pixels."""
    pictures = [prepared(frame, pixels=pixels, place=place) for frame in range(len(rows))]
    told = Instance(tags, identity, place)
    return EmbeddedFile(source(name, content), told, pictures, rows)


def catalogued(
    name: str,
    content: str = "",
    code: CatalogueCode = CatalogueCode.NO_PIXELS,
    tags: Tags = NO_TAGS,
) -> Catalogued:
    """A file without a picture."""
    return Catalogued(source(name, content), Instance(tags), Kept(code, f"It is {code}."))


def pending(name: str, z: float, tags: Tags = NO_TAGS, content: str = "") -> Pending:
    """An axial slice whose header was read."""
    return Pending(source(name, content), Instance(tags, place=axial(z)))


def one_each(rows: Embeddings, prefix: str = "f") -> list[EmbeddedFile]:
    """One file with one picture for each row: PREFIX0, PREFIX1, ..."""
    return [embedded(f"{prefix}{i}", rows[i : i + 1]) for i in range(len(rows))]


def open_writer(
    home: Path, name: str = "main", card: EncoderCard = CARD, slices: int = 32
) -> CollectionWriter:
    """Open a collection for writing."""
    return CollectionWriter.open(home, name, card, RENDERING, slices)


def fill(home: Path, files: Sequence[EmbeddedFile]) -> None:
    """Make a collection of one batch."""
    with open_writer(home) as writer:
        writer.commit(Batch(embedded=files))


def pending_slices(writer):
    """The slices of all series that have a pending one, in one list."""
    return [each for slices in writer.pending_slices() for each in slices]
