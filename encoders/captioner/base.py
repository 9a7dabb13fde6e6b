"""What every captioner can do."""

from collections.abc import Sequence
from typing import Protocol

from core.machine_text import CaptionerCard, Neighbour
from core.types import Pixels


class Captioner(Protocol):
    """Writes a short text about a picture. The same input always gives the same text."""

    @property
    def card(self) -> CaptionerCard:
        """What wrote a text; kept with it."""

    @property
    def at_once(self) -> int:
        """How many pictures are best given in one call."""

    def describe(
        self, pictures: Sequence[Pixels], neighbours: Sequence[Sequence[Neighbour]]
    ) -> list[str]:
        """One text for each picture (H, W, 3) of any size, in English.

        `neighbours` holds a list for each picture, which may be empty: what is known of the
        pictures that are like it. The texts are machine text, never a report.
        """
