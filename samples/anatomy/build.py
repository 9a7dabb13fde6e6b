"""How a person differs from the mean: the phantoms' only source of variation."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Build:
    """A physique; every phantom of one person is made from the same."""

    seed: int
    female: bool
    age: int
    scale: float = 1.0  # size of the skeleton
    fat: float = 16.0  # thickness under the skin, mm
    muscle: float = 14.0
    heart: float = 1.0  # size of the heart
    breath: float = 0.0  # how much lower the domes stand, mm

    def rng(self, *what: int) -> np.random.Generator:
        """A source of numbers that is always the same for this person and these keys."""
        return np.random.default_rng([self.seed, *what])


def build_for(seed: int, female: bool, age: int) -> Build:
    """A physique that fits sex and age."""
    rng = np.random.default_rng([seed, 0])
    scale = (0.94 if female else 1.02) + 0.03 * rng.standard_normal()
    return Build(
        seed=seed,
        female=female,
        age=age,
        scale=float(np.clip(scale, 0.86, 1.1)),
        fat=float(np.clip(rng.gamma(4.0, 4.2), 5, 34)),
        muscle=float(np.clip((9 if female else 13) + 2 * rng.standard_normal(), 6, 18)),
        heart=float(np.clip(0.94 + 0.0022 * age + 0.07 * rng.standard_normal(), 0.9, 1.28)),
        breath=float(rng.normal(0, 6)),
    )
