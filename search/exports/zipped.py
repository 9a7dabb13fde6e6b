"""A ZIP file in pieces, which are sent while the next ones are made."""

from collections.abc import Iterable, Iterator
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

COMPRESSED: Final = (".png", ".jpg", ".pdf")  # already
NO_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can say


class _Pieces:
    """What was written and not taken yet; it cannot be sought in."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self._written.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        """All that was written since the last time."""
        taken = b"".join(self._written)
        self._written.clear()
        return taken


def zipped(entries: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A ZIP of names and contents; only one of them is in memory at a time. It tells no dates."""
    pieces = _Pieces()
    with ZipFile(pieces, "w", allowZip64=True) as archive:  # type: ignore[call-overload]
        for name, content in entries:
            entry = ZipInfo(name, NO_DATE)
            entry.compress_type = ZIP_STORED if name.endswith(COMPRESSED) else ZIP_DEFLATED
            archive.writestr(entry, content)
            yield pieces.take()
    yield pieces.take()
