import gc
import logging
import weakref

from core.errors import WeightsMissing
from ui.shared import leave_to_stay, warm_up


class Ring:
    """Refers to itself: only the garbage collector finds it."""

    def __init__(self):
        self.itself = self


class Unready:
    """An archive whose encoder has no weights."""

    def searcher(self):
        raise WeightsMissing("The weights are not here.")


def test_a_warm_up_that_fails_is_logged_and_stops_nothing(caplog):
    with caplog.at_level(logging.WARNING):
        warm_up(Unready())
    assert "The weights are not here." in caplog.text


def test_what_was_loaded_is_left_alone_and_what_comes_later_is_not():
    early = Ring()
    before = weakref.ref(early)
    leave_to_stay()
    try:
        after = weakref.ref(Ring())
        del early
        gc.collect()
        assert (before() is None, after() is None) == (False, True)
    finally:
        gc.unfreeze()
