"""Threads that feed devices: each call has its own files' rows, whichever device made them."""

from contextlib import ExitStack
from threading import Event, Thread

import numpy as np
import pytest
from fakes import ColourEncoder

from core.errors import EncoderError
from indexer.batching import embed
from indexer.local_engine import Lanes, LocalEngine
from tests.unit.indexer.factories import decoded

PATIENCE = 30  # seconds until a test gives up


class Device(ColourEncoder):
    """A replica that says when it is called, and answers when it is let."""

    def __init__(self, name="cpu", is_open=True):
        self.device = name
        self.calls = 0
        self.called, self.opened = Event(), Event()
        if is_open:
            self.opened.set()

    def embed_images(self, prepared):
        self.calls += 1
        self.called.set()
        assert self.opened.wait(PATIENCE)
        return super().embed_images(prepared)


class Broken(ColourEncoder):
    """Fails at what it is given."""

    def embed_images(self, prepared):
        raise EncoderError("One picture does not fit. Use a larger device.")


def engine(*replicas, per_replica=1):
    return LocalEngine(Lanes(replicas, per_replica), pool=None)


def test_each_file_gets_the_rows_of_its_own_pictures():
    files = [decoded(str(number), str(number), pictures=number + 1) for number in range(9)]
    with engine(Device(), Device(), per_replica=2) as threads:
        futures = [threads.embed(files[at : at + 2]) for at in range(0, 9, 2)]
        embedded = [file for future in futures for file in future.result(PATIENCE)]
    expected = embed(files, ColourEncoder())
    assert [file.source for file in embedded] == [file.source for file in files]
    for mine, alone in zip(embedded, expected, strict=True):
        np.testing.assert_array_equal(mine.embeddings, alone.embeddings)


def test_two_devices_work_at_the_same_time():
    first, second = Device("cuda:0", is_open=False), Device("cuda:1", is_open=False)
    with engine(first, second) as threads:
        futures = [threads.embed([decoded("a")]), threads.embed([decoded("b")])]
        assert first.called.wait(PATIENCE)
        assert second.called.wait(PATIENCE)
        first.opened.set()
        second.opened.set()
        assert [len(future.result(PATIENCE)) for future in futures] == [1, 1]
    assert (first.calls, second.calls) == (1, 1)


def test_a_call_waits_when_the_device_has_one_and_another_is_ready():
    device, through = Device(is_open=False), Event()
    with engine(device) as threads:
        futures = [threads.embed([decoded("a")]), threads.embed([decoded("b")])]

        def third():
            futures.append(threads.embed([decoded("c")]))
            through.set()

        Thread(target=third, daemon=True).start()
        assert device.called.wait(PATIENCE)
        assert not through.wait(0.05)
        device.opened.set()
        assert through.wait(PATIENCE)
        assert [len(future.result(PATIENCE)) for future in futures] == [1, 1, 1]


def test_what_the_encoder_raises_comes_with_the_future_and_leaves_room_for_others():
    with engine(Broken()) as threads:
        for _ in range(5):
            with pytest.raises(EncoderError, match="does not fit"):
                threads.embed([decoded("a")]).result(PATIENCE)


def test_calls_that_wait_are_given_up_at_the_end():
    device, given_up = Device(is_open=False), Event()
    with ExitStack() as stack:
        threads = stack.enter_context(engine(device))
        first, second = threads.embed([decoded("a")]), threads.embed([decoded("b")])
        assert device.called.wait(PATIENCE)
        second.add_done_callback(lambda _: given_up.set())
        end = Thread(target=stack.pop_all().close)
        end.start()
        assert given_up.wait(PATIENCE)
        device.opened.set()
        end.join(PATIENCE)
    assert second.cancelled()
    assert len(first.result()) == 1
    assert device.calls == 1


@pytest.mark.parametrize(
    ("devices", "name"),
    [(["cpu"], "cpu"), (["cuda:1"], "cuda:1"), (["cuda:0", "cuda:1"], "2 x cuda")],
)
def test_the_device_is_named(devices, name):
    with engine(*map(Device, devices), per_replica=2) as threads:
        assert threads.device == name
