"""Which frames of a multi-frame file become pictures."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FramePolicy:
    """At most `count` frames, evenly spread; an odd count always has the middle one."""

    count: int = 5

    def choose(self, frames: int) -> tuple[int, ...]:
        """Pick the middles of `count` equal stretches of 0 .. frames - 1, in ascending order."""
        if frames <= self.count:
            return tuple(range(frames))
        return tuple((2 * i + 1) * frames // (2 * self.count) for i in range(self.count))


UP_TO_FIVE: Final = FramePolicy()
