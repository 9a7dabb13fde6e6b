"""What an edition is bound to: what its embeddings can be compared with."""

from dataclasses import dataclass

from core.types import EncoderCard


@dataclass(frozen=True, slots=True)
class Binding:
    """Encoder, rendering and density of the slices of an edition."""

    card: EncoderCard
    rendering: str  # name and version of a profile
    slices_per_series: int  # of each stack at most; 0: all

    def agrees_with(self, other: "Binding") -> bool:
        """Whether both would hold the same embeddings of the same files."""
        mine = (self.rendering, self.slices_per_series)
        theirs = (other.rendering, other.slices_per_series)
        return self.card.shares_space_with(other.card) and mine == theirs
