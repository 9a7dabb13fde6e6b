"""An invented archive whose every embedding and thumbnail follows from a name, and its journal.

What a collection must hold is thus known without asking it. The journal is a file beside the
collection: a line before each step, and a line after it returned, flushed to the disk.
"""

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.types import (
    EmbeddedFile,
    Embeddings,
    EncoderCard,
    Instance,
    Location,
    Prepared,
    Source,
    Tags,
)
from storage.layout import Layout
from storage.writer import CollectionWriter

DIM = 16
CARD = EncoderCard("faults", "1", DIM, "fa" * 32, "none", "none")
RENDERING = "voi-2"
NAME = "main"
ROOT = Path("/archive")
NO_PIXELS = np.zeros((1, 1, 3), dtype=np.uint8)

Changes = Mapping[str, str | None]  # the content of a file by its name; None: it is gone


def open_writer(home: Path) -> CollectionWriter:
    """Open the collection of a campaign for writing."""
    return CollectionWriter.open(home, NAME, CARD, RENDERING)


def frames_of(content: str) -> int:
    """How many pictures a content has: 1 to 3."""
    return 1 + zlib.crc32(content.encode()) % 3


def row_of(content: str, frame: int, card: EncoderCard = CARD) -> Embeddings:
    """The embedding that an encoder makes of a frame: (DIM,), of unit length."""
    seed = zlib.crc32(f"{card.name}/{content}/{frame}".encode())
    row = np.random.default_rng(seed).standard_normal(DIM).astype(np.float32)
    unit: Embeddings = row / np.linalg.norm(row)
    return unit


def thumbnail_of(content: str, frame: int) -> bytes:
    """What stands for the thumbnail of a frame."""
    return f"thumbnail of {content}/{frame}".encode()


def is_thumbnail(content: bytes) -> bool:
    """Whether bytes stand for a thumbnail."""
    return content.startswith(b"thumbnail of ")


def hash_of(content: str) -> str:
    """The SHA-256 of a content."""
    return hashlib.sha256(content.encode()).hexdigest()


def location_of(name: str) -> Location:
    """Where a file lies."""
    return Location(ROOT / name)


def source_of(name: str, content: str) -> Source:
    """A file with that content."""
    return Source(location_of(name), 100, zlib.crc32(content.encode()), hash_of(content))


def embedded(name: str, content: str, card: EncoderCard = CARD) -> EmbeddedFile:
    """A file as the indexer would commit it."""
    frames = range(frames_of(content))
    pictures = [
        Prepared(NO_PIXELS, thumbnail_of(content, f), f, hash_of(f"{content}/{f}")) for f in frames
    ]
    rows = np.stack([row_of(content, frame, card) for frame in frames])
    tags = Tags(series_description=content, frames=len(frames))
    return EmbeddedFile(source_of(name, content), Instance(tags), pictures, rows)


@dataclass
class Journal:
    """What a writer said it would do, and what it said was done."""

    path: Path
    files: dict[str, str] = field(default_factory=dict)  # what must be there: content by name
    past: list[dict[str, str]] = field(default_factory=list)  # what was there, oldest first
    contents: set[str] = field(default_factory=set)  # all that ever were
    open: Changes | None = None  # of a step that began and did not return
    steps: int = 0

    @classmethod
    def read(cls, path: Path) -> "Journal":
        """Take up a journal; a last line that was cut off was never said."""
        journal = cls(path)
        lines = path.read_text().splitlines(keepends=True) if path.exists() else []
        for line in lines:
            if line.endswith("\n"):
                journal._hear(json.loads(line))
        return journal

    def begin(self, changes: Changes) -> None:
        """Say that a step begins."""
        self._say({"begin": changes})

    def settle(self, happened: bool) -> None:
        """Say whether the step that began has happened."""
        self._say({"settle": happened})

    def outcomes(self) -> Iterator[tuple[bool, dict[str, str]]]:
        """What the collection may hold now: with the open step, if there is one, and without."""
        yield False, self.files
        if self.open is not None:
            yield True, _changed(self.files, self.open)

    def _say(self, word: dict[str, object]) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, json.dumps(word).encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._hear(word)

    def _hear(self, word: dict[str, object]) -> None:
        if "begin" in word:
            changes = word["begin"]
            assert isinstance(changes, dict)
            self.open = changes
            self.contents.update(content for content in changes.values() if content)
            self.steps += 1
            return
        if word["settle"] and self.open is not None:
            self.past.append(self.files)
            self.files = _changed(self.files, self.open)
        self.open = None


def _changed(files: Mapping[str, str], changes: Changes) -> dict[str, str]:
    together = {**files, **changes}
    return {name: content for name, content in together.items() if content is not None}


def held(layout: Layout, contents: set[str], card: EncoderCard = CARD) -> dict[str, str]:
    """What a collection holds, content by name, read without this program.

    Raises AssertionError when an embedding is not that of its content and frame.
    """
    named = {hash_of(content): content for content in contents}
    with closing(sqlite3.connect(layout.catalog)) as connection:
        files = connection.execute(
            "SELECT CAST(path AS TEXT), instance_id, instances.sha256 FROM files "
            "JOIN instances ON instances.id = instance_id WHERE tombstone IS NULL"
        ).fetchall()
        pictures = connection.execute(
            "SELECT instance_id, frame, shard_id, slot FROM pictures WHERE tombstone IS NULL"
        ).fetchall()
    _check_rows(layout, {i: named[sha256] for _, i, sha256 in files}, pictures, card)
    return {Path(path).name: named[sha256] for path, _, sha256 in files}


def _check_rows(
    layout: Layout,
    contents: Mapping[int, str],
    pictures: list[tuple[int, int, int, int]],
    card: EncoderCard,
) -> None:
    expected = {
        (i, frame) for i, content in contents.items() for frame in range(frames_of(content))
    }
    assert {(i, frame) for i, frame, _, _ in pictures} == expected, "pictures lack, or are too many"
    shards = {path.name: path.read_bytes() for path in layout.shards.glob("*.f16")}
    size = 2 * DIM
    for instance, frame, shard, slot in pictures:
        stored = shards[f"{shard:06d}.f16"][slot * size : (slot + 1) * size]
        made = row_of(contents[instance], frame, card).astype("<f2").tobytes()
        assert stored == made, f"picture of instance {instance} has another embedding"
