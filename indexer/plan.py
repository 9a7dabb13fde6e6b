"""What a run has to do: which of the files seen are new, changed, or as they were."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.errors import InvalidRequest
from core.types import Found, Location, SkipCode, Skipped
from indexer.again import Wanted
from indexer.known import Known, is_container, is_reference, with_insides
from indexer.ledger import Fate, Ledger, State
from storage.accounts import KnownFile
from storage.catalog import FileState
from storage.visits import Visits
from storage.visits_catalog import Recall


class Survey:
    """Compares files with what is known of them; those that have to be read wait in a queue.

    A file is as it was when its size and modification time are; others are read, and their
    content hash decides. With an archive of files all of its members are as they were.
    """

    def __init__(self, named: Iterable[Path], visits: Visits, known: Known, ledger: Ledger) -> None:
        """`named` are the paths that the run was asked for, resolved."""
        self._named = frozenset(named)
        self._visits = visits
        self._known = known
        self._ledger = ledger

    def see(self, seen: Sequence[Found | Skipped]) -> None:
        """Take files, and paths that cannot be followed, as the walk comes to them."""
        with self._visits.together():
            for each in seen:
                if isinstance(each, Skipped):
                    self._refuse(each)
                else:
                    self._see(each)

    def _refuse(self, skipped: Skipped) -> None:
        if self._ledger.add(skipped.location, State.TO_COME):
            self._visits.refuse(skipped)

    def _see(self, found: Found) -> None:
        before = self._known.get(found.location)
        if before is None or _has_changed(found, before) or self._leads_on(found, before):
            self._read(found)
            return
        for place, file in with_insides(self._known, found.location, before):
            if file.code == SkipCode.UNREADABLE and not is_reference(place, file):
                self._read(as_found(place, file))  # what kept it from being read may have passed
            else:
                self._ledger.add(place, fate_of_known(file))

    def _read(self, found: Found) -> None:
        if self._ledger.add(found.location, State.TO_COME):
            self._visits.enqueue(found)

    def _leads_on(self, found: Found, before: KnownFile) -> bool:
        """Whether nothing else may lead to the files that it lists: a DICOMDIR that was named."""
        path = found.location.path
        if path not in self._named or not is_container(before):
            return False
        insides = self._known.insides(path, before.modified_ns)
        return all(is_reference(place, file) for place, file in insides)


def survey_again(visits: Visits, recall: Recall, ledger: Ledger, wanted: Wanted) -> None:
    """Have those known files read again that are wanted, whether they have changed or not."""
    for place, file in recall.every():
        if wanted(place, file):
            found = _readable(place, file, recall)
            if ledger.add(found.location, State.TO_COME):
                visits.enqueue(found)


def check_paths(paths: Iterable[Path]) -> None:
    """Raise InvalidRequest for a path that is not there."""
    for path in paths:
        if not path.exists():
            raise InvalidRequest(f"Cannot index {path}: there is no such file or folder.")


def find(place: Location) -> Found:
    """A file by its place, as it lies there now; of a member its archive has to tell the size."""
    try:
        state = place.path.stat()
    except OSError:
        return Found(place, 0, 0)  # it is for the reader to say why
    return Found(place, 0 if place.member else state.st_size, state.st_mtime_ns)


def as_found(place: Location, file: KnownFile) -> Found:
    """A known file, to be read as if it had just been seen."""
    return Found(place, file.size, file.modified_ns)


def fate_of_known(file: KnownFile) -> Fate:
    """What is to be said of a file that is as it was."""
    match file.state:
        case FileState.PENDING:
            return State.WAITING
        case FileState.SKIPPED:
            return SkipCode(file.code)
        case _:
            return State.UNCHANGED


def _has_changed(found: Found, before: KnownFile) -> bool:
    return (before.size, before.modified_ns) != (found.size, found.modified_ns)


def _readable(place: Location, file: KnownFile, recall: Recall) -> Found:
    """What has to be read for a known file: itself, but for a broken reference its DICOMDIR."""
    directory = Location(place.path)
    if is_reference(place, file) and (before := recall.get(directory)):
        return as_found(directory, before)
    return as_found(place, file)
