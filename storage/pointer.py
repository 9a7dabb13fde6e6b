"""Which edition of a collection is served: a file with its number, written in one step.

The first edition lies in the collection's own folder, later ones in `editions/0002` and so on.
Without the file the first one is served.
"""

import re
from pathlib import Path
from typing import Final

from core.errors import CollectionCorrupt
from storage.durable import publish

EDITIONS: Final = "editions"
FIRST: Final = 1
NUMBER: Final = re.compile(r"\d{4,9}")


def pointer_path(folder: Path) -> Path:
    """The file that names the served edition."""
    return folder / "edition"


def edition_root(folder: Path, number: int) -> Path:
    """Where an edition of the collection in `folder` lies."""
    return folder if number == FIRST else folder / EDITIONS / f"{number:04d}"


def edition_numbers(folder: Path) -> list[int]:
    """The later editions that have a folder, finished or not, ascending."""
    found = (path.name for path in (folder / EDITIONS).glob("*"))
    return sorted(int(name) for name in found if NUMBER.fullmatch(name))


def served_number(folder: Path) -> int:
    """The number of the edition that is served. Raises CollectionCorrupt."""
    try:
        text = pointer_path(folder).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return FIRST
    if not NUMBER.fullmatch(text):
        raise CollectionCorrupt(
            f"The file {pointer_path(folder)} does not name an edition of the collection. "
            "Write the number of the edition to serve into it, such as 0002 for "
            f"{edition_root(folder, 2)}, or 0001 for {folder} itself."
        )
    return int(text)


def point_to(folder: Path, number: int) -> None:
    """Serve an edition: who opens the collection from here on has this one."""
    draft = folder / "edition.draft"
    draft.write_text(f"{number:04d}\n", encoding="utf-8")
    publish(draft, pointer_path(folder))
