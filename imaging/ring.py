"""Memory that one process writes and another reads, for values with large arrays in them."""

import mmap
import os
import pickle
import tempfile
from collections.abc import Callable
from multiprocessing.reduction import DupFd
from pickle import PickleBuffer
from typing import Any, Final, Self

COUNTER_BYTES: Final = 8  # at the beginning: how far the reader is

_Span = tuple[int, int]  # where bytes begin, counted since the ring was new, and their number
Packed = tuple[bytes, list[_Span]]  # a pickle, and where its arrays are


class Ring:
    """A ring of bytes with one writer and one reader, who takes them in the order of writing.

    It can be handed to a process when that is started. The memory has no name in any file system
    and goes away with the last process that has it, however that one ends.
    """

    def __init__(self, size: int) -> None:
        self._attach(_nameless_file(COUNTER_BYTES + size), size)

    def _attach(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._memory = mmap.mmap(descriptor, COUNTER_BYTES + size)
        self._written = 0  # by the writer, gaps too; in bytes since the ring was new
        self._bytes = memoryview(self._memory)[COUNTER_BYTES:]
        self._read = memoryview(self._memory)[:COUNTER_BYTES].cast("Q")  # by the reader

    def __reduce__(self) -> tuple[Callable[[Any, int], Self], tuple[Any, int]]:
        """Pickle for a process that is being started, and for nothing else."""
        return type(self)._of, (DupFd(self._descriptor), self._size)

    @classmethod
    def _of(cls, duplicate: Any, size: int) -> Self:
        ring = cls.__new__(cls)
        ring._attach(duplicate.detach(), size)
        return ring

    def close(self) -> None:
        """Give the memory back."""
        self._bytes.release()
        self._read.release()
        self._memory.close()
        os.close(self._descriptor)

    def put(self, content: memoryview) -> _Span | None:
        """Write bytes, and give their place to tell the reader; None if there is no room now."""
        size = content.nbytes
        start = self._written
        if start % self._size + size > self._size:
            start += self._size - start % self._size  # what lies in one piece is copied fastest
        if start + size - self._read[0] > self._size:
            return None
        self._bytes[start % self._size :][:size] = content
        self._written = start + size
        return start, size

    def take(self, span: _Span) -> bytearray:
        """Copy bytes, and leave their room to the writer."""
        start, size = span
        content = bytearray(self._bytes[start % self._size :][:size])
        self._read[0] = start + size
        return content


def _nameless_file(size: int) -> int:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("ring")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor


def pack(value: object, ring: Ring) -> Packed:
    """Pickle a value; its arrays go by the ring as far as there is room, in the order of calls."""
    spans: list[_Span] = []

    def stays(buffer: PickleBuffer) -> bool:
        span = ring.put(buffer.raw())
        if span is not None:
            spans.append(span)
        return span is None

    return pickle.dumps(value, protocol=5, buffer_callback=stays), spans


def unpack(packed: Packed, ring: Ring) -> Any:
    """Give the value back, its arrays copied out of the ring. Only for what our own worker sent."""
    body, spans = packed
    return pickle.loads(body, buffers=[ring.take(span) for span in spans])  # noqa: S301
