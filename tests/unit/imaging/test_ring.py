import multiprocessing

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.ring import Ring, pack, unpack

SPAWN = multiprocessing.get_context("spawn")


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(1, 5), st.integers(1, 64))
def test_what_is_written_is_read_in_order_whatever_the_sizes(contents, behind, size):
    ring, waiting = Ring(size), []
    for content in contents:
        span = ring.put(memoryview(content))
        if span is not None:
            waiting.append((span, content))
        while len(waiting) > behind:
            first, expected = waiting.pop(0)
            assert ring.take(first) == expected
    assert all(ring.take(span) == content for span, content in waiting)
    ring.close()


def test_there_is_no_room_until_the_reader_has_been_there():
    ring = Ring(10)
    first, second = ring.put(memoryview(b"123456")), ring.put(memoryview(b"1234"))
    assert ring.put(memoryview(b"1")) is None
    ring.take(first)
    assert ring.put(memoryview(b"12345")) is not None
    assert ring.take(second) == b"1234"
    ring.close()


def test_what_is_larger_than_the_ring_has_no_room():
    ring = Ring(10)
    assert ring.put(memoryview(bytes(11))) is None
    ring.close()


def test_arrays_come_back_as_they_were_with_room_or_without():
    ring = Ring(100)
    arrays = [np.arange(90, dtype=np.uint8).reshape(5, 6, 3), np.full((4, 5, 3), 7, np.uint8)]
    packed = pack({"name": "x", "arrays": arrays}, ring)
    assert len(packed[1]) == 1  # the second one is in the pickle
    found = unpack(packed, ring)
    assert found["name"] == "x"
    assert [array.tolist() for array in found["arrays"]] == [array.tolist() for array in arrays]
    assert all(array.flags.writeable for array in found["arrays"])
    ring.close()


def test_a_read_array_stays_when_its_room_is_written_again():
    ring = Ring(30)
    first = unpack(pack(np.full(30, 1, np.uint8), ring), ring)
    unpack(pack(np.full(30, 2, np.uint8), ring), ring)
    assert first.tolist() == [1] * 30
    ring.close()


def write(ring, link):
    link.send(pack(np.arange(12, dtype=np.uint8), ring))


def test_another_process_writes_to_the_same_memory():
    ring, (link, other) = Ring(100), SPAWN.Pipe()
    process = SPAWN.Process(target=write, args=(ring, other))
    process.start()
    packed = link.recv()
    process.join()
    assert len(packed[0]) < 300
    assert unpack(packed, ring).tolist() == list(range(12))
    ring.close()
    link.close()
    other.close()


def test_a_system_without_nameless_memory_takes_a_file_without_a_name(monkeypatch, tmp_path):
    monkeypatch.delattr("os.memfd_create")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ring = Ring(100)
    assert list(tmp_path.iterdir()) == []
    assert unpack(pack(np.arange(12, dtype=np.uint8), ring), ring).tolist() == list(range(12))
    ring.close()
