"""Times ways of doing one thing against each other, in turns, on a machine that others use too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import process_time

Work = Callable[[], object]
Clock = Callable[[], float]  # seconds

SHORTEST = 0.02  # seconds of a timing: the clock of CPU time ticks in milliseconds on some systems


@dataclass(frozen=True, slots=True)
class Rounds:
    """Seconds of each way, one for each round."""

    seconds: Mapping[str, list[float]]

    def rate(self, name: str) -> float:
        """How often it is done in a second of the clock: the median round."""
        return 1 / median(self.seconds[name])

    def fastest(self, names: list[str]) -> str:
        """The way with the highest rate."""
        return max(names, key=self.rate)

    def ratio(self, name: str, against: str) -> float:
        """How many times as fast as another way: the median of the rounds, each by itself."""
        pairs = zip(self.seconds[against], self.seconds[name], strict=True)
        return median(other / own for other, own in pairs)


def alternate(ways: Mapping[str, Work], rounds: int, clock: Clock = process_time) -> Rounds:
    """Time all ways once in each round, after one call that warms them up.

    The usual clock is that of CPU time, threads included, so that the work of others does not
    count.
    """
    repeats = {name: max(1, round(SHORTEST / _warm(work, clock))) for name, work in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            seconds[name].append(seconds_of(work, repeats[name], clock))
    return Rounds(seconds)


def _warm(work: Work, clock: Clock) -> float:
    work()
    return max(seconds_of(work, 1, clock), 1e-6)


def seconds_of(work: Work, repeats: int, clock: Clock) -> float:
    """Seconds of the clock for one call, the mean of some in a row."""
    started = clock()
    for _ in range(repeats):
        work()
    return (clock() - started) / repeats
