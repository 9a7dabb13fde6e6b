"""Which images a batch holds: each source and each of its classes gets a fair share."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from training.manifest import Example

Probabilities = NDArray[np.float64]  # one per example; they sum to 1


def balanced(
    examples: Sequence[Example],
    source_exponent: float,
    class_exponent: float,
    emphasis: Mapping[str, float],
) -> Probabilities:
    """How likely each example is to be drawn.

    A source of n images gets a share in proportion to n ** source_exponent, times its emphasis
    (1 if it has none), and within it a class (modality, body part, finding) of m images
    m ** class_exponent: 1 leaves the set as it is, 0 makes all equal.
    """
    sources = [(example.source,) for example in examples]
    classes = [(e.source, e.modality, e.body_part, e.finding) for e in examples]
    within_source = _sizes(classes) ** (class_exponent - 1)
    stressed = np.array([emphasis.get(example.source, 1.0) for example in examples])
    source_share = _sizes(sources) ** source_exponent * stressed
    drawn = source_share * within_source / _sum_by(sources, within_source)
    probabilities: Probabilities = drawn / drawn.sum()
    return probabilities


def draw(probabilities: Probabilities, size: int, rng: Generator) -> NDArray[np.int64]:
    """Rows of one batch, drawn with replacement."""
    return rng.choice(len(probabilities), size=size, p=probabilities)


def _sizes(keys: Sequence[tuple[str, ...]]) -> Probabilities:
    sizes = Counter(keys)
    return np.array([sizes[key] for key in keys], dtype=np.float64)


def _sum_by(keys: Sequence[tuple[str, ...]], values: Probabilities) -> Probabilities:
    totals: dict[tuple[str, ...], float] = {}
    for key, value in zip(keys, values, strict=True):
        totals[key] = totals.get(key, 0.0) + value
    return np.array([totals[key] for key in keys])
