"""A worker of a Ray cluster: a local engine that gets files by calls, and answers with rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from threading import Lock

from core.types import DecodedFile, EmbeddedFile, Found, Location
from imaging.work import FileTask
from indexer.engine import Come
from indexer.local_engine import LocalEngine

Start = Callable[[], AbstractContextManager[LocalEngine]]


class Told:
    """What the caller knows of the files of one call."""

    def __init__(self, tasks: Iterable[FileTask]) -> None:
        self._known = {task.found.location: task.known for task in tasks}

    def hashes(self, found: Found) -> frozenset[str]:
        """SHA-256 of the bytes that need no decoding if the file turns out to have them."""
        return self._known[found.location]

    def is_first(self, location: Location) -> bool:  # noqa: ARG002  (part of the Protocol)
        """The caller has seen to that."""
        return True


class Station:
    """A local engine, started by the first call. Two calls at once keep its parts busy."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._opened = ExitStack()
        self._engine: LocalEngine | None = None
        self._reading = Lock()  # the decoders do one run at a time

    def device(self) -> str:
        """Where the encoder runs. Raises what starting the engine does, such as WeightsMissing."""
        with self._reading:
            return self._running().device

    def read(self, tasks: Sequence[FileTask]) -> list[Come]:
        """One outcome for each file; of a container without its members. Raises EncoderError."""
        with self._reading:
            come = list(self._begin(tasks))
        return [each for part in come for each in _ended(part)]

    def embed(self, files: Sequence[DecodedFile]) -> list[EmbeddedFile]:
        """Embed the pictures of files that were decoded elsewhere."""
        with self._reading:
            future = self._running().embed(files)
        return future.result()

    def close(self) -> None:
        """End the engine's processes and threads."""
        with self._reading:
            self._opened.close()
            self._engine = None

    def _running(self) -> LocalEngine:
        if self._engine is None:
            self._engine = self._opened.enter_context(self._start())
        return self._engine

    def _begin(self, tasks: Sequence[FileTask]) -> Iterator[Come | Future[list[EmbeddedFile]]]:
        """Decode, and have pictures embedded as soon as there are enough of them."""
        engine, waiting = self._running(), list[DecodedFile]()
        for outcome in self._outcomes(tasks):
            if not isinstance(outcome, DecodedFile):
                yield outcome
                continue
            waiting.append(outcome)
            if sum(len(file.pictures) for file in waiting) >= engine.at_once:
                yield engine.embed(waiting)
                waiting = []
        if waiting:
            yield engine.embed(waiting)

    def _outcomes(self, tasks: Sequence[FileTask]) -> Iterator[Come]:
        found = [task.found for task in tasks]
        defer = any(task.defer_slices for task in tasks)
        return self._running().read(found, Told(tasks), defer, open_containers=False)


def _ended(part: Come | Future[list[EmbeddedFile]]) -> Sequence[Come]:
    return part.result() if isinstance(part, Future) else [part]
