"""The files that no worker has been given yet."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import count

from core.types import Container, EmbeddedFile, Found
from imaging.work import Before, FileTask, Outcome


class Waiting:
    """Tasks of workers that ended come first, then members of open containers, then new files."""

    def __init__(
        self,
        found: Iterable[Found],
        before: Before,
        defer_slices: bool,
        open_containers: bool = True,
    ) -> None:
        self._returned: deque[FileTask] = deque()
        self._opened: deque[Iterator[Found]] = deque()
        self._found = iter(found)
        self._before = before
        self._defer_slices = defer_slices
        self._open_containers = open_containers
        self._numbers = count()

    def put_back(self, tasks: Iterable[FileTask]) -> None:
        """Take tasks that have to be tried again."""
        self._returned.extend(tasks)

    def open(self, outcome: Outcome | EmbeddedFile) -> None:
        """Of a container take the members, to go before what is new."""
        if self._open_containers and isinstance(outcome, Container):
            self._opened.append(iter(outcome.members))

    def __iter__(self) -> Iterator[FileTask]:
        """Yield tasks until there are none at present."""
        while self._returned:
            yield self._returned.popleft()
        while self._opened:
            yield from self._tasks(self._opened[0])
            self._opened.popleft()
        yield from self._tasks(self._found)

    def _tasks(self, found: Iterator[Found]) -> Iterator[FileTask]:
        for file in found:
            # The members of an archive come once.
            if file.location.member or self._before.is_first(file.location):
                known = self._before.hashes(file)
                yield FileTask(next(self._numbers), file, known, self._defer_slices)
