"""How it can be shown why a picture is a hit."""

from enum import StrEnum


class Method(StrEnum):
    """How a heat map is made."""

    COVERING = "covering"  # what is lost when a region is covered: many passes of the encoder
    PARTS = "parts"  # what each token of the last map adds: one pass
