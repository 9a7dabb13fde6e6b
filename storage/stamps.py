"""What tells one published file from the next, without reading it."""

from pathlib import Path

Stamp = tuple[int, int]  # changes when another file is published under the name


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None when there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns
