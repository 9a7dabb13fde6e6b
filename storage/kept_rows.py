"""Rows that an encoder gave for texts of radseek's own, kept from one process to the next."""

import hashlib
import logging
import os
from pathlib import Path
from tempfile import mkstemp
from typing import Final

import numpy as np

from core.types import Embeddings
from storage.layout import make_private

log = logging.getLogger(__name__)

FOLDER: Final = "text-rows"  # of a home
SUFFIX: Final = ".rows"
CHECK_BYTES: Final = 32  # SHA-256 of the key and the rows, before the rows


class KeptRows:
    """A cache: a file for each key. Threads and processes can share it.

    A key says what the rows are of, and by which encoder. Nothing of a person's own is kept here.
    """

    def __init__(self, home: Path) -> None:
        """Nothing is opened or made before it is asked for."""
        self._folder = home / FOLDER

    def get(self, key: str, dim: int) -> Embeddings | None:
        """The rows (n, dim) of a key; None when they are not there as they were put."""
        try:
            kept = self._file(key).read_bytes()
        except OSError:  # most often there is none yet
            return None
        check, rows = kept[:CHECK_BYTES], kept[CHECK_BYTES:]
        if check != _check(key, rows):
            log.warning("kept rows are damaged, making them anew file=%s", self._file(key))
            return None
        return np.frombuffer(rows, "<f4").reshape(-1, dim).astype(np.float32)

    def put(self, key: str, rows: Embeddings) -> None:
        """Keep rows (n, dim). Where they cannot be written, they are not kept."""
        content = rows.astype("<f4").tobytes()
        try:
            make_private(self._folder)
            self._write(self._file(key), _check(key, content) + content)
        except OSError as error:
            log.info("rows cannot be kept folder=%s why=%s", self._folder, error.strerror)

    def _write(self, file: Path, content: bytes) -> None:
        """In one step: whoever reads meanwhile sees all of it or nothing."""
        descriptor, name = mkstemp(dir=self._folder)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / (hashlib.sha256(key.encode()).hexdigest() + SUFFIX)


def _check(key: str, rows: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + rows).digest()
