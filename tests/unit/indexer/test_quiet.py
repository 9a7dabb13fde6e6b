import os
from pathlib import Path

import pytest

from indexer.quiet import Restless, Settled


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def restless(clock):
    return Restless(5, clock)


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    return path


def test_a_file_is_at_rest_when_nothing_was_said_of_it_for_long_enough(restless, clock, file):
    restless.note([file])
    clock.now = 4
    assert restless.take() == Settled()
    restless.note([file])
    clock.now = 8
    assert not restless.take()
    clock.now = 9
    assert restless.take() == Settled(there=[file])
    assert restless.take() == Settled()


def test_a_file_that_grows_unsaid_is_not_at_rest(restless, clock, file):
    restless.note([file])
    clock.now = 4
    file.write_bytes(b"xx")
    restless.take()
    clock.now = 8
    assert not restless.take()
    clock.now = 9
    assert restless.take().there == [file]


def test_a_file_that_is_gone_for_long_enough_is_gone(restless, clock, file):
    restless.note([file])
    file.unlink()
    restless.take()
    clock.now = 5
    assert restless.take() == Settled(gone=[file])


def test_a_file_that_is_written_in_place_of_another_is_there(restless, clock, file):
    file.unlink()
    restless.note([file])
    file.write_bytes(b"y")
    os.utime(file, ns=(1, 1))
    restless.take()
    clock.now = 5
    assert restless.take() == Settled(there=[file])


def test_a_folder_waits_for_the_files_in_it(restless, clock, file):
    restless.note([file.parent])
    clock.now = 3
    restless.note([file])
    clock.now = 6
    assert restless.take() == Settled()
    clock.now = 8
    assert restless.take() == Settled(there=[file.parent, file])
