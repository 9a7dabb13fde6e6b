"""The map of a collection on disk: one file, which `radseek map` can make again."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import CardMismatch, CollectionCorrupt
from core.types import EncoderCard
from storage.database import storage_errors
from storage.durable import publish
from storage.embedding_map import EmbeddingMap, MapMethod, MapNote, NearPairs, Trust

log = logging.getLogger(__name__)

FORM: Final = b"radseek map 1"
IDS, POINTS = np.dtype("<i8"), np.dtype("<f4")


class MapFile:
    """The map of one edition of a collection; threads and processes can share it."""

    def __init__(self, path: Path, name: str, card: EncoderCard) -> None:
        """Nothing is opened before it is asked for; `name` is the collection's."""
        self._path = path
        self._name = name
        self._card = card

    def read(self, sequence: int) -> EmbeddingMap | None:
        """The map, for a collection in this state; None when none was made.

        Raises CollectionCorrupt when it is damaged or of a state that was not yet, CardMismatch
        when it is another encoder's, StorageError when it cannot be read.
        """
        with storage_errors(self._name):
            if not self._path.exists():
                return None
            whole = self._path.read_bytes()
        try:
            told, found = _map_of(whole)
        except (ValueError, KeyError, TypeError) as error:
            raise CollectionCorrupt(
                "The map of the collection is damaged, or a newer radseek's. "
                "Make it again with `radseek map`."
            ) from error
        self._check(told["space"], found.note.sequence, sequence)
        return found

    def write(self, made: EmbeddingMap) -> None:
        """Put a map in the place of the one before, in one step. Raises StorageError."""
        near = made.near
        header = {
            "space": list(self._card.space()),
            "points": len(made.ids),
            "pairs": len(near.pairs),
            "near": {"found": near.found, "least": near.least},
            "note": asdict(made.note) | {"made_at": made.note.made_at.isoformat()},
        }
        told = json.dumps(header).encode()
        arrays: list[tuple[NDArray[Any], np.dtype[Any]]] = [
            (made.ids, IDS),
            (made.points, POINTS),
            (near.pairs, IDS),
            (near.cosines, POINTS),
        ]
        body = b"".join(array.astype(kind).tobytes() for array, kind in arrays)
        draft = self._path.with_name(f"{self._path.name}.draft")
        with storage_errors(self._name):
            draft.write_bytes(_sealed(told + b"\n" + body))
            publish(draft, self._path)

    def discard_newer(self, sequence: int) -> None:
        """Remove a map of a later state than the collection's, as a restored catalog leaves behind.

        Its ids would come to name other pictures. What cannot be read goes, too.
        """
        try:
            self.read(sequence)
        except (CollectionCorrupt, CardMismatch):
            log.warning("map is not of its catalog and removed path=%s", self._path)
            with storage_errors(self._name):
                self._path.unlink()

    def _check(self, space: object, made_of: int, sequence: int) -> None:
        if space != list(self._card.space()):
            raise CardMismatch(
                "The map of the collection was made with another encoder. "
                "Make it again with `radseek map`."
            )
        if made_of > sequence:
            raise CollectionCorrupt(
                "The map is of a later state than the collection, as after an older one was "
                "restored. Make it again with `radseek map`."
            )


def _sealed(content: bytes) -> bytes:
    """The content behind a line by which it is told whole."""
    return b"%s %s\n%s" % (FORM, hashlib.sha256(content).hexdigest().encode(), content)


def _map_of(whole: bytes) -> tuple[Mapping[str, Any], EmbeddingMap]:
    """Raises ValueError, KeyError or TypeError for anything but what was written."""
    _, _, content = whole.partition(b"\n")
    if _sealed(content) != whole:
        raise ValueError("another form, or other bytes")
    header, _, body = content.partition(b"\n")
    told: Mapping[str, Any] = json.loads(header)
    n, m, note = told["points"], told["pairs"], told["note"]
    ids = np.frombuffer(body, IDS, n).astype(np.int64)
    points = np.frombuffer(body, POINTS, 2 * n, ids.nbytes).reshape(n, 2)
    behind = ids.nbytes + points.nbytes
    pairs = np.frombuffer(body, IDS, 2 * m, behind).astype(np.int64).reshape(m, 2)
    cosines = np.frombuffer(body, POINTS, m, behind + pairs.nbytes)
    near = NearPairs(pairs, cosines, **told["near"])
    read = {
        "method": MapMethod(note["method"]),
        "made_at": datetime.fromisoformat(note["made_at"]),
        "trust": Trust(**note["trust"]),
    }
    return told, EmbeddingMap(ids, points, near, MapNote(**note | read))
