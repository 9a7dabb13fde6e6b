"""The learning rate over a phase: a linear warm-up, then half a cosine."""

import math


def rate_factor(step: int, steps: int, warmup: int, floor: float) -> float:
    """What the peak rate is multiplied by at `step` (from 0) of `steps`.

    Rises to 1 over `warmup` steps and falls to `floor` at the last one. Source: Loshchilov and
    Hutter, "SGDR" (ICLR 2017), one cycle.
    """
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(steps - 1 - warmup, 1)
    return floor + (1 - floor) * (1 + math.cos(math.pi * progress)) / 2
