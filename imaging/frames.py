"""Which frames of a multi-frame file become pictures."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.types import Place

SAME_PLACE: Final = 2  # digits of a millimetre: nearer slices are repeats of one
SAME_DIRECTION: Final = 3  # digits of a cosine


@dataclass(frozen=True, slots=True)
class FramePolicy:
    """How many frames are taken; 0 takes all."""

    cine: int = 5  # of a clip, of the pages of a document, of a file without positions
    slices: int = 32  # of each stack of slices

    def choose(self, frames: int) -> tuple[int, ...]:
        """Pick the middles of `cine` equal stretches of 0 .. frames - 1, in ascending order.

        An odd `cine` always has the middle frame.
        """
        return _middles(frames, self.cine)

    def choose_slices(self, along: Sequence[float]) -> tuple[int, ...]:
        """Pick slices that are evenly spread in position, in ascending order of their index.

        `along` has the position of each frame in mm. Of frames at one place, such as the times of
        a dynamic series, the middle one is taken; frames that all lie at one place are a clip.
        """
        if not self.slices:
            return tuple(range(len(along)))
        repeats = _by_position(along)
        if len(repeats) < 2:
            return self.choose(len(along))
        chosen = _spread(list(repeats), self.slices)
        return tuple(sorted(repeats[place][len(repeats[place]) // 2] for place in chosen))

    def choose_frames(self, places: Sequence[Place | None]) -> tuple[int, ...]:
        """Pick frames by where they lie, each stack of parallel slices by itself.

        Frames of unknown place are a clip. More stacks than slices, as in a rotating
        acquisition, are an even choice of `slices` frames.
        """
        stacks: dict[tuple[float, ...], list[int]] = defaultdict(list)
        for frame, place in enumerate(places):
            if place is None:
                return self.choose(len(places))
            stacks[tuple(round(cosine, SAME_DIRECTION) for cosine in place.orientation)].append(
                frame
            )
        if len(stacks) > self.slices:
            return _middles(len(places), self.slices)
        along = [place.along for place in places if place is not None]
        return tuple(sorted(f for stack in stacks.values() for f in self._of_stack(stack, along)))

    def _of_stack(self, stack: Sequence[int], along: Sequence[float]) -> list[int]:
        return [stack[i] for i in self.choose_slices([along[frame] for frame in stack])]


def _middles(frames: int, count: int) -> tuple[int, ...]:
    if not count or frames <= count:
        return tuple(range(frames))
    return tuple((2 * i + 1) * frames // (2 * count) for i in range(count))


def _by_position(along: Sequence[float]) -> Mapping[float, list[int]]:
    """Give the frames at each position, in ascending order of position."""
    found: dict[float, list[int]] = {}
    for frame in sorted(range(len(along)), key=lambda frame: (along[frame], frame)):
        found.setdefault(round(along[frame], SAME_PLACE), []).append(frame)
    return found


def _spread(places: Sequence[float], count: int) -> list[float]:
    """Take the place nearest to the middle of each of `count` equal stretches, none twice."""
    chosen: list[float] = []
    first, span = 0, places[-1] - places[0]
    count = min(count, len(places))
    for i in range(count):
        last = len(places) - (count - i)  # the others still need one each
        nearest = _nearest(places, places[0] + span * (2 * i + 1) / (2 * count), first, last)
        chosen.append(places[nearest])
        first = nearest + 1
    return chosen


def _nearest(places: Sequence[float], target: float, first: int, last: int) -> int:
    """Find the index from `first` to `last` whose place is nearest to the target."""
    right = bisect_left(places, target, first, last)
    if right > first and target - places[right - 1] <= places[right] - target:
        return right - 1
    return right
