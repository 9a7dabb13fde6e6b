"""How many threads feed an encoder, by where it runs."""

import os

import pytest

from encoders.threads import one_core_each
from radseek.engines import KeptEngine, lanes_of


class Replica:
    """An encoder on a device."""

    at_once = 5

    def __init__(self, device):
        self.device = device


def test_a_cpu_has_a_thread_for_each_core_which_uses_that_core_alone():
    lanes = lanes_of([Replica("cpu")], "No GPU was found.")
    assert (lanes.per_replica, lanes.prepare_thread) == (os.cpu_count(), one_core_each)
    assert (lanes.at_once, lanes.advice) == (5, "No GPU was found.")


def test_a_gpu_has_a_thread_that_prepares_while_another_computes():
    lanes = lanes_of([Replica("cuda:0"), Replica("cuda:1")])
    assert (lanes.per_replica, len(lanes.replicas)) == (2, 2)
    assert lanes.prepare_thread is not one_core_each


class Opened:
    """A context that counts how often it is entered and left."""

    def __init__(self):
        self.entered = self.left = 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, *_):
        self.left += 1


def test_a_kept_engine_starts_once_and_ends_at_the_end():
    engine = Opened()
    with KeptEngine() as kept:
        assert engine.entered == 0
        assert kept.start(lambda: engine) is kept.start(lambda: engine) is engine
        assert (engine.entered, engine.left) == (1, 0)
    assert engine.left == 1


def test_a_kept_engine_that_fails_to_start_is_tried_again():
    def fails():
        raise ZeroDivisionError

    engine = Opened()
    with KeptEngine() as kept:
        with pytest.raises(ZeroDivisionError):
            kept.start(fails)
        assert kept.start(lambda: engine) is engine
