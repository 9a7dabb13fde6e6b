"""A disk that takes no more, for as long as a test wants it."""

from collections.abc import Iterator
from contextlib import contextmanager
from resource import RLIM_INFINITY, RLIMIT_FSIZE, setrlimit


@contextmanager
def no_file_beyond(kilobytes: int) -> Iterator[None]:
    """Within, no file of this process takes more: SQLite and Python report it as an error."""
    setrlimit(RLIMIT_FSIZE, (kilobytes * 1024, RLIM_INFINITY))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
