"""Lays out every bad file that we know of: python -m tests.bad_files FOLDER."""

import os
import socket
import sys
import warnings
from pathlib import Path

from tests.hostile_files import HOSTILE


def lay_out(folder: Path) -> dict[str, Path]:
    """Write every bad file into a new folder, and say under which path each lies.

    Those of tests/hostile_files.py, and what only a file system can hold.
    """
    folder.mkdir()
    placed = {name: folder / f"{number:04}" for number, name in enumerate(HOSTILE)}
    with warnings.catch_warnings(action="ignore"):  # they are bad on purpose
        for name, path in placed.items():
            path.write_bytes(HOSTILE[name].content)
    lay_out_oddities(folder / "oddities")
    return placed


def lay_out_oddities(folder: Path) -> None:
    """Make pipes, sockets, devices, locked files, links that lead nowhere or in circles."""
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket"))  # the system takes some 100 bytes
    folder.joinpath("device").symlink_to("/dev/zero")
    folder.joinpath("dangling").symlink_to(folder / "nowhere")
    folder.joinpath("into-itself").symlink_to(folder / "into-itself")
    folder.joinpath("cycle").symlink_to(folder.parent)
    folder.joinpath("folder.dcm").mkdir()
    folder.joinpath("locked").write_bytes(b"nobody but root may read this")
    folder.joinpath("locked").chmod(0)
    folder.joinpath(os.fsdecode(b"name-\xff\x1b[31m\n.dcm")).write_bytes(b"a name of odd bytes")


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
