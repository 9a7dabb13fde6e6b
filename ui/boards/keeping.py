"""Pictures are kept on boards. A board is a cohort, which commands know, too."""

from collections.abc import Sequence

from radseek.archive import Archive


def board_names(archive: Archive) -> list[str]:
    """The names of all boards, in their order. Raises StorageError."""
    return [board.name for board in archive.reader().cohorts.all()]


def keep(archive: Archive, board: str, ids: Sequence[int]) -> int:
    """Put pictures at the end of a board, which is made when it is new, and give how many came.

    Raises InvalidRequest for a name that cannot be one, UnknownName for a picture that is gone,
    and StorageError.
    """
    reader = archive.reader()
    return reader.cohorts.add(board, reader.snapshot().contents(ids))
