"""The files as they were when they were last read, and what reading has to know of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from core.types import CatalogueCode, Found, Location
from indexer.again import Wanted
from indexer.ledger import State
from storage.accounts import KnownFile
from storage.catalog import FileState
from storage.visits import Visits
from storage.visits_catalog import Recall


class Known(Protocol):
    """What is asked of the files that were read before. `storage.visits_catalog` has it on disk."""

    def get(self, location: Location) -> KnownFile | None:
        """One file, if it was ever read."""

    def insides(self, path: Path, modified_ns: int) -> Iterator[tuple[Location, KnownFile]]:
        """What an archive of that time had in it, and what a DICOMDIR there named in vain."""


def is_container(file: KnownFile) -> bool:
    """Whether a known file is a file of files."""
    return file.state is FileState.CATALOGUED and file.code == CatalogueCode.CONTAINER


def is_reference(place: Location, file: KnownFile) -> bool:
    """Whether this is what a DICOMDIR names in vain; a member of an archive has a time."""
    return bool(place.member) and not file.modified_ns


def with_insides(
    known: Known, place: Location, file: KnownFile
) -> Iterator[tuple[Location, KnownFile]]:
    """A known file, and if it is an archive all that was in it when it was last read."""
    yield place, file
    if is_container(file) and not place.member:
        yield from known.insides(place.path, file.modified_ns)


class FirstPass:
    """What is asked of a file before it is read: the bytes it had, or a file of its size and time.

    A file that was moved or copied has the bytes of such a twin, and is not decoded again.
    """

    def __init__(self, visits: Visits, recall: Recall) -> None:
        self._visits = visits
        self._recall = recall

    def is_first(self, location: Location) -> bool:
        """Whether no other name has led to this file, and its outcome is not known."""
        with self._visits.together():
            is_open = self._visits.fate(location) in (None, State.TO_COME.value)
            return self._visits.take_turn(location, 1) and is_open

    def hashes(self, found: Found) -> frozenset[str]:
        """SHA-256 of what it had, and of its twins; nothing of a file that was skipped."""
        file = self._recall.get(found.location)
        own = {file.sha256} if file and file.state is not FileState.SKIPPED else set[str]()
        twins = self._recall.twins(found.size, found.modified_ns)
        return frozenset(own.union(twins))


class Again(FirstPass):
    """As in a first pass, but for the files that are wanted again, which are read in any case."""

    def __init__(self, visits: Visits, recall: Recall, wanted: Wanted) -> None:
        super().__init__(visits, recall)
        self._wanted = wanted

    def hashes(self, found: Found) -> frozenset[str]:
        """None of a file that is wanted."""
        file = self._recall.get(found.location)
        if file is not None and self._wanted(found.location, file):
            return frozenset()
        return super().hashes(found)


class NothingKnown:
    """As if no file had ever been read."""

    def get(self, location: Location) -> KnownFile | None:  # noqa: ARG002  (part of the Protocol)
        """None."""
        return None

    def insides(
        self,
        path: Path,  # noqa: ARG002
        modified_ns: int,  # noqa: ARG002
    ) -> Iterator[tuple[Location, KnownFile]]:
        """Nothing."""
        return iter(())


class Anew:
    """Files that were chosen one by one, to be read and decoded in any case."""

    def hashes(self, found: Found) -> frozenset[str]:  # noqa: ARG002  (part of the Protocol)
        """None."""
        return frozenset()

    def is_first(self, location: Location) -> bool:  # noqa: ARG002  (part of the Protocol)
        """Each of them is."""
        return True
