"""Paths that change, until they have come to rest: an archive may write a file for minutes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

Stamp = tuple[int, int]  # size, st_mtime_ns


@dataclass(frozen=True, slots=True)
class Settled:
    """What has come to rest."""

    there: list[Path] = field(default_factory=list)
    gone: list[Path] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.there or self.gone)


class Restless:
    """Paths that were said to change. One that keeps its size and time for so long is at rest."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._stamps: dict[Path, tuple[Stamp | None, float]] = {}  # and since when

    def note(self, paths: Iterable[Path]) -> None:
        """Take paths that have changed, appeared or ended: their rest begins anew."""
        for path in paths:
            self._stamps[path] = (_stamp(path), self._clock())

    def take(self) -> Settled:
        """What is at rest now; it is forgotten. A folder waits for all that is known in it."""
        self._look()
        restless = {path for path, (_, since) in self._stamps.items() if not self._is_over(since)}
        held_up = restless.union(*(path.parents for path in restless))
        settled = Settled()
        for path in sorted(self._stamps.keys() - held_up):
            stamp, _ = self._stamps.pop(path)
            (settled.gone if stamp is None else settled.there).append(path)
        return settled

    def _look(self) -> None:
        for path, (before, _) in self._stamps.items():
            now = _stamp(path)
            if now != before:
                self._stamps[path] = (now, self._clock())

    def _is_over(self, since: float) -> bool:
        return self._clock() - since >= self._seconds


def _stamp(path: Path) -> Stamp | None:
    """Size and time of what lies at a path; None when nothing does."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns
