"""The sha256 of weights files, remembered for large ones."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

REMEMBER_ABOVE = 256 * 2**20  # bytes; hashing less takes a fraction of a second


def compute_sha256(path: Path) -> str:
    """Lower-case hex sha256 of a file, computed now."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_sha256(path: Path) -> str:
    """Lower-case hex sha256 of a file.

    Hashing gigabytes at every start would take seconds, so for a large file the answer is kept
    beside it in `NAME.sha256` with the size and the modification time (ns) it was computed for,
    and believed only while both are the same. Where the folder cannot be written, it is computed
    each time.
    """
    stat = path.stat()
    if stat.st_size <= REMEMBER_ABOVE:
        return compute_sha256(path)
    stamp = f"{stat.st_size} {stat.st_mtime_ns}"
    note = path.with_name(path.name + ".sha256")
    remembered = _recall(note, stamp)
    return remembered or _compute_and_note(path, note, stamp)


def files_sha256(paths: Sequence[Path]) -> str:
    """Lower-case hex sha256 of several files: of their own hashes in the order given."""
    return hashlib.sha256("".join(map(file_sha256, paths)).encode()).hexdigest()


def _recall(note: Path, stamp: str) -> str | None:
    with suppress(OSError, ValueError):
        digest, noted_stamp = note.read_text(encoding="ascii").strip().split(" ", maxsplit=1)
        if noted_stamp == stamp and len(digest) == 64:
            return digest
    return None


def _compute_and_note(path: Path, note: Path, stamp: str) -> str:
    digest = compute_sha256(path)
    with suppress(OSError):  # a read-only folder: computed again next time
        note.write_text(f"{digest} {stamp}\n", encoding="ascii")
    return digest
