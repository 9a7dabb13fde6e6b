"""What can be found in a phantom, and how a finding changes the phantom's parts."""

from dataclasses import dataclass
from enum import StrEnum

from samples.canvas import Part


class Label(StrEnum):
    """The kinds of finding that the truth names."""

    NODULE = "nodule"
    EFFUSION = "effusion"
    PNEUMOTHORAX = "pneumothorax"
    CONSOLIDATION = "consolidation"
    HAEMORRHAGE = "haemorrhage"
    FRACTURE = "fracture"
    MASS = "mass"
    STONE = "stone"


class Side(StrEnum):
    """The side of the patient."""

    RIGHT = "right"
    LEFT = "left"

    @property
    def sign(self) -> float:
        """-1 for the right and 1 for the left: the direction of x."""
        return -1.0 if self is Side.RIGHT else 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding at one time; the seed keeps its place while its size changes."""

    label: Label
    side: Side
    size_mm: float
    seed: int

    @property
    def name(self) -> str:
        """What tells it apart from the patient's other findings."""
        return f"{self.label} {self.side} {self.seed}"


@dataclass(frozen=True, slots=True)
class Change:
    """What a finding adds to a phantom, what it takes away, and the parts that mark its region."""

    added: tuple[Part, ...]
    marks: tuple[Part, ...]
    removed: tuple[Part, ...] = ()


def with_changes(parts: tuple[Part, ...], changes: list[Change]) -> tuple[Part, ...]:
    """The parts after all changes."""
    removed = {part for change in changes for part in change.removed}
    kept = tuple(part for part in parts if part not in removed)
    return kept + tuple(part for change in changes for part in change.added)
