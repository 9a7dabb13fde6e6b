"""Archives of files that are open: each is done with when the last of its members is."""

from collections import defaultdict
from collections.abc import Collection

from core.types import CatalogueCode, Catalogued, Container, Instance, Kept, Location


class OpenContainers:
    """Containers that wait for the outcomes of their members."""

    def __init__(self) -> None:
        self._rows: dict[Location, Catalogued] = {}
        self._missing: dict[Location, set[Location]] = {}
        self._awaited_by: dict[Location, list[Location]] = defaultdict(list)

    def open(self, container: Container, members: Collection[Location]) -> list[Catalogued]:
        """Wait for these members; a container without any is done with at once."""
        if not members:
            return [_as_catalogued(container)]
        place = container.source.location
        self._rows[place] = _as_catalogued(container)
        self._missing[place] = set(members)
        for member in self._missing[place]:
            self._awaited_by[member].append(place)
        return []

    def tick_off(self, member: Location) -> list[Catalogued]:
        """Take a member's outcome as given: the containers that are done with by that."""
        done = []
        for place in self._awaited_by.pop(member, ()):
            self._missing[place].discard(member)
            if not self._missing[place]:
                del self._missing[place]
                done.append(self._rows.pop(place))
        return done


def _as_catalogued(container: Container) -> Catalogued:
    reason = f"It is a {container.kind}; the files in it are indexed one by one."
    return Catalogued(container.source, Instance(), Kept(CatalogueCode.CONTAINER, reason))
