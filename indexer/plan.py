"""What a run has to do: which of the files seen are new, changed, or as they were."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InvalidRequest
from core.types import Found, Location, SkipCode, Skipped
from imaging.sources import walk
from indexer.again import Wanted
from indexer.known import Insides, Known, is_container, is_reference
from indexer.ledger import Fate, State
from storage.accounts import KnownFile
from storage.catalog import FileState


@dataclass(frozen=True, slots=True)
class Plan:
    """All files seen, each in exactly one of the three."""

    to_read: list[Found] = field(default_factory=list)
    settled: dict[Location, Fate] = field(default_factory=dict)  # what needs no reading
    unreadable: list[Skipped] = field(default_factory=list)


def make_plan(paths: Iterable[Path], known: Known) -> Plan:
    """Walk the paths and compare with what is known. Raises InvalidRequest for a missing path.

    A file is as it was when its size and modification time are; others are read, and their
    content hash decides. With an archive of files all of its members are as they were.
    """
    paths = tuple(paths)
    _check(paths)
    plan, insides = Plan(), Insides(known)
    for found in walk(paths):
        if isinstance(found, Skipped):
            plan.unreadable.append(found)
        elif _is_to_read(found, known, insides, paths):
            plan.to_read.append(found)
        else:
            for place in (found.location, *insides.of(found.location)):
                _settle(plan, place, known[place])
    return plan


def plan_again(known: Known, wanted: Wanted) -> Plan:
    """Read those known files again that are wanted, whether they have changed or not."""
    chosen = {
        _readable(place, file, known): None for place, file in known.items() if wanted(place, file)
    }
    return Plan(to_read=sorted(chosen, key=lambda found: found.location))


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


def _readable(place: Location, file: KnownFile, known: Known) -> Found:
    """What has to be read for a known file: itself, but for a broken reference its DICOMDIR."""
    directory = Location(place.path)
    if is_reference(place, file) and directory in known:
        return as_found(directory, known[directory])
    return as_found(place, file)


def _check(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise InvalidRequest(f"Cannot index {path}: there is no such file or folder.")


def _is_to_read(found: Found, known: Known, insides: Insides, paths: Collection[Path]) -> bool:
    before = known.get(found.location)
    if before is None or (before.size, before.modified_ns) != (found.size, found.modified_ns):
        return True
    path = found.location.path
    if is_container(before) and any(path == named.resolve() for named in paths):
        # Nothing else may lead to the files that a DICOMDIR lists.
        return all(is_reference(place, known[place]) for place in insides.of(found.location))
    return False


def _settle(plan: Plan, place: Location, before: KnownFile) -> None:
    if before.code == SkipCode.UNREADABLE and not is_reference(place, before):
        plan.to_read.append(as_found(place, before))  # what kept it from being read may have passed
    else:
        plan.settled[place] = fate_of_known(before)
