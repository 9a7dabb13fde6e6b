"""Keeps the warnings of the decoding libraries out of logs and terminals."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom.config import disable_value_validation

# The three switches below belong to the whole process: two threads must not undo each other's.
_SWITCHES = threading.RLock()


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence pydicom and Pillow: their warnings quote values, which may name the patient."""
    logger = logging.getLogger("pydicom")
    with _SWITCHES, warnings.catch_warnings(), disable_value_validation():
        warnings.simplefilter("ignore")
        propagate, logger.propagate = logger.propagate, False
        try:
            yield
        finally:
            logger.propagate = propagate
