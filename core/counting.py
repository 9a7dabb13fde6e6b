"""Counts in a sentence: 1 file, 2 files."""


def noun(number: int, one: str, many: str = "") -> str:
    """The word for so many; without `many` it takes an s."""
    return one if number == 1 else many or f"{one}s"


def counted(number: int, one: str, many: str = "") -> str:
    """So many of something, as it is said: 1 study, 0 studies."""
    return f"{number} {noun(number, one, many)}"
