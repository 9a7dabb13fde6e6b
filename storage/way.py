"""Which way a search takes: through its index, or to every row that may do where it is stored.

The costs are those of one core and 1024 dimensions: a row read by itself .4 us, so that 20,000 take
about as long as looking at the lists; a short list about 2 ms however many rows there are. Panorama
reads a part of every row that may do, and those of a filter lie scattered there: among a million,
10,000 took it as long as reading them by themselves, or up to six times as long.
"""

from enum import Enum, auto
from typing import Final

FEW: Final = 20_000  # rows that are scored one by one at no greater cost than a short list
SHARE: Final = 0.2  # of all rows; up to it a filter may go against the lists, and is not trusted
SELECTIVE: Final = 0.01  # of all rows; so few are read by themselves sooner than by Panorama
MANY: Final = 200_000  # rows that are too many to be scored one by one while a person waits


class Way(Enum):
    """How the rows are found."""

    EVERY_ROW = auto()  # exact
    SHORT_LIST = auto()


def way_through(rows: int, matching: int) -> Way:
    """The way to some of the `matching` rows among all the rows of an index."""
    if matching <= FEW or matching <= min(SHARE * rows, MANY):
        return Way.EVERY_ROW
    return Way.SHORT_LIST


def is_selective(rows: int, matching: int) -> bool:
    """Whether so few rows may do that they are read by themselves, beside an exact index."""
    return matching <= SELECTIVE * rows
