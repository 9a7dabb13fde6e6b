"""Image files that a person names on the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from core.errors import CannotDecode, InvalidRequest
from radseek.cli.places import location_of

if TYPE_CHECKING:
    from core.types import Pixels
    from radseek.archive import Archive


def pictures(archive: "Archive", files: list[str]) -> "Iterator[Pixels]":
    """Each file rendered as the collection is. Raises InvalidRequest for one that is no picture."""
    from imaging.rules import View

    for file in files:
        with named(file):
            yield archive.view(location_of(file), View())


@contextmanager
def named(file: str) -> Iterator[None]:
    """Say which of the person's files cannot be read. Raises InvalidRequest."""
    try:
        yield
    except CannotDecode as error:
        raise InvalidRequest(f"Cannot read {file}: {error}") from error
