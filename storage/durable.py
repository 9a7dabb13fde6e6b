"""Writes that survive a power cut."""

import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Wait until a file's content and size are on the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk: a new or renamed file needs this too."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def publish(draft: Path, final: Path) -> None:
    """Give a finished draft its final name in one step: readers see the old file or the new one."""
    sync_file(draft)
    draft.replace(final)
    sync_folder(final.parent)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
