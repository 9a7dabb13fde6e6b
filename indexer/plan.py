"""What a run has to do: which of the files seen are new, changed, or as they were."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InvalidRequest
from core.types import CatalogueCode, Found, Location, SkipCode, Skipped
from imaging.sources import walk
from indexer.again import Wanted
from indexer.ledger import Fate, State
from storage.catalog import FileState, KnownFile

Known = Mapping[Location, KnownFile]


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
    plan, members = Plan(), _members(known)
    for found in walk(paths):
        if isinstance(found, Skipped):
            plan.unreadable.append(found)
        elif _is_to_read(found, known, members, paths):
            plan.to_read.append(found)
        else:
            _settle(plan, found, known[found.location])
            for member in members.get(found.location.path, ()):
                _settle(plan, as_found(member, known[member]), known[member])
    return plan


def plan_again(known: Known, wanted: Wanted) -> Plan:
    """Read those known files again that are wanted, whether they have changed or not."""
    chosen = [as_found(place, file) for place, file in known.items() if wanted(place, file)]
    return Plan(to_read=sorted(chosen, key=lambda found: found.location))


def as_found(place: Location, file: KnownFile) -> Found:
    """A known file, to be read as if it had just been seen."""
    return Found(place, file.size, file.modified_ns)


def _check(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise InvalidRequest(f"Cannot index {path}: there is no such file or folder.")


def _members(known: Known) -> dict[Path, list[Location]]:
    """What is known of the insides of archives, by the path of the archive."""
    members = defaultdict(list)
    for place in known:
        if place.member:
            members[place.path].append(place)
    return members


def _is_to_read(
    found: Found,
    known: Known,
    members: Mapping[Path, Collection[Location]],
    paths: Collection[Path],
) -> bool:
    before = known.get(found.location)
    if before is None or (before.size, before.modified_ns) != (found.size, found.modified_ns):
        return True
    if before.state is FileState.CATALOGUED and before.code == CatalogueCode.CONTAINER:
        # A DICOMDIR that was named by itself: nothing else leads to the files it lists.
        return found.location.path not in members and _is_named(found.location.path, paths)
    return False


def _is_named(path: Path, paths: Collection[Path]) -> bool:
    return any(path == named.resolve() for named in paths)


def _settle(plan: Plan, found: Found, before: KnownFile) -> None:
    match before.state:
        case FileState.PENDING:
            plan.settled[found.location] = State.WAITING
        case FileState.SKIPPED if before.code == SkipCode.UNREADABLE:
            plan.to_read.append(found)  # what kept it from being read may have passed
        case FileState.SKIPPED:
            plan.settled[found.location] = SkipCode(before.code)
        case _:
            plan.settled[found.location] = State.UNCHANGED
