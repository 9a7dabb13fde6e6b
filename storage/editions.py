"""The editions of a collection: one is served, and one more may lie beside it."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import DatabaseError, OperationalError

from storage.binding import Binding
from storage.catalog import Catalog, State
from storage.database import open_for_reading, open_for_writing, passing, storage_errors
from storage.durable import sync_file, sync_folder
from storage.given_reports import all_given, replace
from storage.label_sets import kept_sets
from storage.layout import COHORTS, Layout, collection_folder, layout_of
from storage.lock import WriterLock
from storage.machine_texts import kept_captioner
from storage.migrate import bring_up_to_date, is_current, revision_of
from storage.pointer import (
    EDITIONS,
    FIRST,
    edition_numbers,
    edition_root,
    point_to,
    pointer_path,
    served_number,
)
from storage.schema import files, meta

IDS: Final = 1_000_000_000  # room for what the served edition takes in while another is made
LOCK: Final = "reindex.lock"
REMOVED: Final = "catalog.removed"


@dataclass(frozen=True, slots=True)
class Edition:
    """A catalog with its embeddings, in a folder of its own."""

    number: int
    layout: Layout

    @property
    def is_complete(self) -> bool:
        """Whether it could be served: the first one, and what was switched to before."""
        return self.number == FIRST or self.mark.is_file()

    @property
    def mark(self) -> Path:
        """The empty file that says so."""
        return self.layout.root / "complete"

    def was_begun(self) -> bool:
        """Whether it has a catalog with tables, as far as one can tell of a damaged one."""
        if not self.layout.catalog.is_file():
            return False
        try:
            with _reading(self.layout) as engine:
                return revision_of(engine) is not None
        except DatabaseError as error:
            if isinstance(error, OperationalError):
                raise
            return True


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """An edition in numbers."""

    number: int
    is_complete: bool
    binding: Binding
    files: int  # that it knows, whatever became of them
    bytes_on_disk: int


class Editions:
    """The editions of one collection, as they lie there when one asks.

    Each method raises StorageError, and CollectionCorrupt for what is damaged.
    """

    def __init__(self, home: Path, name: str) -> None:
        """Raises InvalidRequest for a bad name."""
        self._home = home
        self._name = name
        self._folder = collection_folder(home, name)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep others from making, switching and removing editions. Raises CollectionLocked.

        What a crash left of removed and never begun ones is deleted first.
        """
        with self.locked(self._folder / LOCK, "reindexing"):
            self._sweep()
            yield

    @contextmanager
    def locked(self, path: Path, doing: str = "writing to") -> Iterator[None]:
        """Hold one of the collection's locks. Raises CollectionLocked."""
        with storage_errors(self._name):
            lock = WriterLock(path, self._name, doing)
        try:
            yield
        finally:
            lock.release()

    def served(self) -> Edition:
        """The one that is searched."""
        layout_of(self._home, self._name)  # raises when it is not there
        return self._edition(served_number(self._folder))

    def beside(self) -> Edition | None:
        """The other one, if there is any: being made, or served before."""
        with storage_errors(self._name):
            others = [each for each in self._others() if each.was_begun()]
        return others[-1] if others else None

    def next(self) -> Edition:
        """The edition to make now."""
        numbers = (served_number(self._folder), *edition_numbers(self._folder))
        return self._edition(max(numbers) + 1)

    def first_id(self) -> int:
        """Where the ids of the next edition begin, above all that were or will be served till then.

        An id that an open page still shows thus never comes to name another picture.
        """
        return (self._state(self.served()).next_id // IDS + 1) * IDS + 1

    def sequence(self, edition: Edition) -> int:
        """How far an edition has come."""
        return self._state(edition).sequence

    def label_sets(self, edition: Edition) -> tuple[str, ...]:
        """The names of an edition's sets of zero-shot labels."""
        name = f"{self._name}, edition {edition.number}"
        with storage_errors(name), _reading(edition.layout) as engine, engine.connect() as reading:
            return tuple(kept.asked.name for kept in kept_sets(reading))

    def captioner(self, edition: Edition) -> str | None:
        """Who wrote the machine texts of an edition; None when it has none."""
        name = f"{self._name}, edition {edition.number}"
        with storage_errors(name), _reading(edition.layout) as engine, engine.connect() as reading:
            kept = kept_captioner(reading)
            return None if kept is None else kept.card.name

    def switch(self, there: Edition) -> None:
        """Serve another edition, now complete. The caller holds the writer's locks of both."""
        served = self.served()
        next_id = self._state(served).next_id
        with storage_errors(self._name):
            self.upgrade(there)
            _count_on_from(next_id, there.layout)
            _hand_reports_on(served.layout, there.layout)
            _put(there.mark)
            point_to(self._folder, there.number)

    def up_to_date(self) -> Edition:
        """The served edition, with the schema of this program.

        Raises CollectionLocked when it has an older one and is written to, SchemaTooNew.
        """
        served = self.served()
        with storage_errors(self._name), _reading(served.layout) as engine:
            is_old = not is_current(engine, self._name)
        if is_old:
            with self.locked(served.layout.lock):
                self.upgrade(served)
        return served

    def upgrade(self, edition: Edition) -> None:
        """Bring an edition to this program's schema; the caller holds its writer's lock."""
        with storage_errors(self._name), _writing(edition.layout) as engine:
            bring_up_to_date(engine, edition.layout.catalog, self._name)

    def remove(self, edition: Edition) -> None:
        """Delete an edition that is not served. Raises CollectionLocked."""
        layout = edition.layout
        with self.locked(layout.lock), storage_errors(self._name):
            layout.catalog.replace(layout.root / REMOVED)  # from here on it is none
            sync_folder(layout.root)
            self._clear(edition)

    def info(self, edition: Edition) -> EditionInfo:
        """An edition in numbers; what is wrong with it is told of it by its number."""
        name = f"{self._name}, edition {edition.number}"
        with storage_errors(name), _reading(edition.layout) as engine:
            catalog = Catalog(engine, name)
            with catalog.reading() as connection:
                known = connection.execute(select(func.count()).select_from(files)).scalar_one()
            binding = Binding(catalog.card(), catalog.rendering(), catalog.slices_per_series())
        disk = edition.layout.bytes_on_disk()
        return EditionInfo(edition.number, edition.is_complete, binding, known, disk)

    def _edition(self, number: int) -> Edition:
        return Edition(number, Layout(edition_root(self._folder, number)))

    def _others(self) -> list[Edition]:
        served = served_number(self._folder)
        numbers = (FIRST, *edition_numbers(self._folder))
        return [self._edition(number) for number in numbers if number != served]

    def _state(self, edition: Edition) -> State:
        with storage_errors(self._name), _reading(edition.layout) as engine:
            return Catalog(engine, self._name).state()

    def _sweep(self) -> None:
        with storage_errors(self._name):
            for other in self._others():
                if not other.was_begun():
                    self._clear(other)

    def _clear(self, edition: Edition) -> None:
        """Delete what lies in an edition's folder; of the first one all but what is of all."""
        of_all = {EDITIONS, LOCK, pointer_path(self._folder).name}
        kept = of_all if edition.number == FIRST else ()
        for path in sorted(edition.layout.root.glob("*")):
            if path.name not in kept and not path.name.startswith(COHORTS):  # nor its log
                _delete(path)
        if edition.number != FIRST:
            edition.layout.root.rmdir()


def _reading(layout: Layout) -> AbstractContextManager[Engine]:
    return passing(open_for_reading(layout.catalog))


def _writing(layout: Layout) -> AbstractContextManager[Engine]:
    return passing(open_for_writing(layout.catalog))


def _count_on_from(next_id: int, layout: Layout) -> None:
    """Give no new picture of an edition an id below this one."""
    with _writing(layout) as engine, engine.begin() as connection:
        connection.execute(update(meta).values(next_id=func.max(meta.c.next_id, next_id)))


def _hand_reports_on(served: Layout, there: Layout) -> None:
    """Give an edition the reports that were handed in to the served one, and no others."""
    with _reading(served) as engine, engine.connect() as connection:
        texts = all_given(connection)
    with _writing(there) as engine, engine.begin() as connection:
        replace(connection, dict.fromkeys(all_given(connection), "") | texts)


def _put(mark: Path) -> None:
    mark.touch(mode=0o600)
    sync_file(mark)
    sync_folder(mark.parent)


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
