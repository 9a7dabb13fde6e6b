"""What holds for all tests of the page."""

import sys

import pytest


@pytest.fixture(autouse=True)
def own_main(monkeypatch):
    """AppTest puts its script in the place of `__main__`, which other processes start from."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
