"""Where a collection lies on disk, and what it may be called."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import CollectionCorrupt, InvalidRequest, UnknownName
from storage.database import storage_errors
from storage.durable import sync_folder
from storage.pointer import EDITIONS, edition_root, pointer_path, served_number

COHORTS = "cohorts.db"
EVALUATIONS = "evaluations"
NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one edition of a collection."""

    root: Path

    @property
    def catalog(self) -> Path:
        """The SQLite database with everything but the embeddings."""
        return self.root / "catalog.sqlite"

    @property
    def lock(self) -> Path:
        """The file that the one writer holds."""
        return self.root / "writer.lock"

    @property
    def shards(self) -> Path:
        """The folder of the embeddings."""
        return self.root / "shards"

    @property
    def index(self) -> Path:
        """The folder of the nearest-neighbour index, a cache of the shards."""
        return self.root / "index"

    @property
    def thumbnails(self) -> Path:
        """The SQLite database of the thumbnails, a cache of the files."""
        return self.root / "thumbnails.sqlite"

    @property
    def map(self) -> Path:
        """The file of the map, made from the embeddings."""
        return self.root / "map"

    @property
    def cohorts(self) -> Path:
        """The SQLite database of the cohorts, which all editions share."""
        return self._shared / COHORTS

    @property
    def evaluations(self) -> Path:
        """The folder of the evaluations, which all editions share."""
        return self._shared / EVALUATIONS

    def create(self) -> None:
        """Make the missing folders, for their owner alone: embeddings can name a patient."""
        for folder in (self.shards, self.index):
            make_private(folder)

    def bytes_on_disk(self) -> int:
        """Sum the sizes of all files of this edition."""
        return sum(_size(path) for path in self._files())

    def bytes_by_part(self) -> dict[str, int]:
        """The sizes of the catalog, embeddings, index and thumbnails, each with its journals."""
        parts = {
            "catalog": self.catalog,
            "embeddings": self.shards,
            "index": self.index,
            "thumbnails": self.thumbnails,
        }
        return {name: _size_of_part(path) for name, path in parts.items()}

    @property
    def _shared(self) -> Path:
        parent = self.root.parent
        return parent.parent if parent.name == EDITIONS else self.root

    def _files(self) -> Iterator[Path]:
        """Everything below the root that is of no other edition."""
        for path in self.root.glob("*"):
            if path.name != EDITIONS:
                yield path
                yield from path.rglob("*")


def layout_of(home: Path, name: str) -> Layout:
    """The paths of the edition of a collection that is served; the collection need not exist.

    Raises InvalidRequest for a bad name, CollectionCorrupt when the edition is not there.
    """
    folder = collection_folder(home, name)
    with storage_errors(name):
        layout = Layout(edition_root(folder, served_number(folder)))
        is_there = layout.catalog.is_file() or not pointer_path(folder).exists()
    if not is_there:
        raise CollectionCorrupt(
            f"The collection {name!r} serves the edition in {layout.root}, which is not there. "
            "Restore it from a backup, or write the number of an edition that is there into "
            f"{pointer_path(folder)}."
        )
    return layout


def collection_folder(home: Path, name: str) -> Path:
    """The folder of a collection with all its editions. Raises InvalidRequest for a bad name."""
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot name a collection. "
            "Use 1 to 64 of a-z, 0-9, '.', '_' and '-', and do not begin with a dot."
        )
    return home / "collections" / name


def collection_exists(home: Path, name: str) -> bool:
    """Say whether a collection was ever begun. Raises InvalidRequest for a bad name."""
    return _was_begun(collection_folder(home, name))


def check_exists(home: Path, name: str) -> None:
    """Raise UnknownName, with the names there are, unless the collection was ever begun."""
    if not collection_exists(home, name):
        known = ", ".join(collection_names(home)) or "none yet"
        raise UnknownName(
            f"There is no collection {name!r}. Known: {known}. Make it with `radseek index PATH`."
        )


def collection_names(home: Path) -> list[str]:
    """List the collections of a home folder by name."""
    folders = (home / "collections").glob("*")
    return sorted(f.name for f in folders if NAME.fullmatch(f.name) and _was_begun(f))


def _was_begun(folder: Path) -> bool:
    with storage_errors(folder.name):
        return pointer_path(folder).exists() or Layout(folder).catalog.is_file()


def make_private(folder: Path) -> None:
    """Create a folder and its missing parents with mode 0700; those that exist stay as they are."""
    if folder.is_dir():
        return
    make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def _size_of_part(path: Path) -> int:
    """The bytes of a folder, or of a file with those whose names begin with its own."""
    return sum(_size(each) for each in (*path.parent.glob(f"{path.name}*"), *path.rglob("*")))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # the writer has just replaced it
        return 0
