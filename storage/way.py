"""Which way a search takes through an approximate index: a short list, or every row that may do.

The costs are those of one core and 1024 dimensions: a row read by itself .4 us, so that 20,000 take
about as long as looking at the lists; a short list about 2 ms however many rows there are.
"""

from enum import Enum, auto
from typing import Final

FEW: Final = 20_000  # rows that are scored one by one at no greater cost than a short list
SHARE: Final = 0.2  # of all rows; up to it a filter may go against the lists, and is not trusted
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
