"""Which images are kept out of training: whole groups, so that no patient is on both sides."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from training.manifest import Example

Stratum = tuple[str, ...]
Group = tuple[str, str]  # source, group_id


def development_rows(examples: Sequence[Example], fraction: float, seed: int) -> list[int]:
    """Rows of the development split: `fraction` of the groups of every stratum, rounded down.

    A stratum is a source's modality, body part and finding; findings too rare to be split go
    together. A group's place depends on its name, the seed and its stratum's other groups.
    """
    chosen = {
        group
        for groups in _strata(examples, fraction).values()
        for group in _draw(groups, fraction, seed)
    }
    return [row for row, example in enumerate(examples) if _group(example) in chosen]


def _strata(examples: Sequence[Example], fraction: float) -> dict[Stratum, list[Group]]:
    first = {_group(example): example for example in reversed(examples)}
    sizes = Counter(_fine(example) for example in first.values())
    strata = defaultdict(list)
    for group, example in first.items():
        is_rare = sizes[_fine(example)] * fraction < 1
        strata[_coarse(example) if is_rare else _fine(example)].append(group)
    return strata


def _group(example: Example) -> Group:
    return example.source, example.group_id


def _coarse(example: Example) -> Stratum:
    return example.source, example.modality, example.body_part


def _fine(example: Example) -> Stratum:
    return *_coarse(example), example.finding


def _draw(groups: Iterable[Group], fraction: float, seed: int) -> list[Group]:
    ordered = sorted(groups, key=lambda g: hashlib.sha256(f"{seed} {g[1]}".encode()).digest())
    return ordered[: int(fraction * len(ordered))]
