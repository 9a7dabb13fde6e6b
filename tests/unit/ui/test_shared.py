import logging

from core.errors import WeightsMissing
from ui.shared import warm_up


class Unready:
    """An archive whose encoder has no weights."""

    def searcher(self):
        raise WeightsMissing("The weights are not here.")


def test_a_warm_up_that_fails_is_logged_and_stops_nothing(caplog):
    with caplog.at_level(logging.WARNING):
        warm_up(Unready())
    assert "The weights are not here." in caplog.text
