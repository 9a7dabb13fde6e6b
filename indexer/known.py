"""The files as they were when they were last read, and which of them lie inside of others."""

from collections import defaultdict
from collections.abc import Mapping

from core.types import CatalogueCode, Found, Location
from imaging.work import NothingBefore
from storage.accounts import KnownFile
from storage.catalog import FileState

Known = Mapping[Location, KnownFile]


class Insides:
    """What is known of the members of archives, and of what DICOMDIRs name in vain."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._members = defaultdict(list)
        for place in known:
            if place.member:
                self._members[place.path].append(place)

    def of(self, container: Location) -> list[Location]:
        """The members that a container had when it was last read.

        A member has the time of its archive. Another time is that of an earlier archive, which
        had a member that this one lacks.
        """
        file = self._known[container]
        if not is_container(file):
            return []
        return [place for place in self._members[container.path] if self._is_current(place, file)]

    def _is_current(self, place: Location, container: KnownFile) -> bool:
        file = self._known[place]
        return file.modified_ns == container.modified_ns or is_reference(place, file)


def is_container(file: KnownFile) -> bool:
    """Whether a known file is a file of files."""
    return file.state is FileState.CATALOGUED and file.code == CatalogueCode.CONTAINER


def is_reference(place: Location, file: KnownFile) -> bool:
    """Whether this is what a DICOMDIR names in vain; a member of an archive has a time."""
    return bool(place.member) and not file.modified_ns


class Recalled(NothingBefore):
    """The files that were read before, as the reading of files asks for them."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self._known = known

    def hashes(self, found: Found) -> frozenset[str]:
        """Of the bytes that the file had; of one that was skipped none."""
        file = self._known.get(found.location)
        if file is None or file.state is FileState.SKIPPED:
            return frozenset()
        return frozenset({file.sha256})
