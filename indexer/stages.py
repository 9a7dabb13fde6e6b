"""Where a run's time goes: what the thread that drives it does, or waits for."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter
from typing import Final, TypeVar

RECENT_SECONDS: Final = 10.0  # what "now" means in a progress line
SAMPLE_SECONDS: Final = 0.5

T = TypeVar("T")


class Stage(StrEnum):
    """The stages of a run. The one that is waited for longest keeps the others idle."""

    WALK = "walk"  # find files, and compare them with what is known
    DECODE = "decode"  # read, decode and prepare, in the workers
    EMBED = "embed"  # on the encoder's devices
    COMMIT = "commit"  # make a batch durable
    ACCOUNT = "account"  # sort outcomes and keep the account, between the others


class Stages:
    """Seconds spent in each stage, or in waiting for it; each moment counts for one of them."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._seconds = dict.fromkeys(Stage, 0.0)
        self._stage = Stage.ACCOUNT
        self._since = clock()

    @contextmanager
    def during(self, stage: Stage) -> Iterator[None]:
        """Count what happens inside for one stage; it may be nested in another."""
        outer = self._enter(stage)
        try:
            yield
        finally:
            self._enter(outer)

    def each(self, stage: Stage, things: Iterable[T]) -> Iterator[T]:
        """Yield the things, and count the time until the next of them for one stage."""
        iterator, end = iter(things), object()
        while True:
            with self.during(stage):
                thing = next(iterator, end)
            if thing is end:
                return
            yield thing  # type: ignore[misc]  # it is not `end`

    def seconds(self) -> Mapping[Stage, float]:
        """Seconds of each stage since the start."""
        self._enter(self._stage)
        return dict(self._seconds)

    def _enter(self, stage: Stage) -> Stage:
        now, outer = self._clock(), self._stage
        self._seconds[outer] += now - self._since
        self._stage, self._since = stage, now
        return outer


@dataclass(frozen=True, slots=True)
class Recent:
    """What a run did in its last seconds."""

    images_per_second: float = 0.0
    files_per_second: float = 0.0
    bottleneck: Stage | None = None  # what was waited for longest; None before there is a figure


@dataclass(frozen=True, slots=True)
class _Sample:
    at: float
    pictures: int
    files: int
    seconds: Mapping[Stage, float]


class Meter:
    """Compares a run with itself some seconds ago."""

    def __init__(self, stages: Stages, clock: Callable[[], float] = perf_counter) -> None:
        self._stages = stages
        self._clock = clock
        self._samples = deque([_Sample(clock(), 0, 0, stages.seconds())])

    def is_due(self) -> bool:
        """Whether enough time has passed since the last look."""
        return self._clock() - self._samples[-1].at >= SAMPLE_SECONDS

    def look(self, pictures: int, files: int) -> Recent:
        """Take note of what is done by now, and say what the last seconds brought."""
        new = _Sample(self._clock(), pictures, files, self._stages.seconds())
        self._samples.append(new)
        while new.at - self._samples[1].at > RECENT_SECONDS:
            self._samples.popleft()
        old = self._samples[0]
        passed = new.at - old.at
        if passed <= 0:
            return Recent()
        spent = {stage: new.seconds[stage] - old.seconds[stage] for stage in Stage}
        return Recent(
            (new.pictures - old.pictures) / passed,
            (new.files - old.files) / passed,
            max(spent, key=spent.__getitem__),
        )
