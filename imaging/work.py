"""What a worker does: files in, prepared pictures out, inside limits that the system enforces."""

import os
import pickle
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import c_longlong
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import Final

from core.errors import CannotDecode
from core.types import Picture, Prepare, Prepared, SkipCode, Skipped, Source
from imaging.decode import read_pictures_from_bytes
from imaging.frames import FramePolicy
from imaging.sources import read_source
from imaging.thumbnail import make_thumbnail

NO_TASK: Final = -1


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file with the bytes it had when it was indexed."""

    source: Source


Outcome = tuple[Source, tuple[Prepared, ...]] | Skipped | Unchanged


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read."""

    number: int  # from 0
    path: Path
    known_sha256: str | None  # of the bytes that need not be decoded again


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a task."""

    number: int
    outcome: Outcome
    seconds: float  # that it took


@dataclass(frozen=True, slots=True)
class Orders:
    """What all tasks of a worker have in common."""

    prepare: Prepare
    frames: FramePolicy
    seconds: float  # for one file
    memory_bytes: int  # of address space, with the libraries


def work(link: Connection, current: c_longlong, orders: Orders) -> None:
    """Answer lists of tasks until the other end hangs up: the main function of a worker.

    `current` is shared with the pool and holds the number of the task at hand, so that the pool
    knows on which file a decoder took this process down. Answers leave by a thread of their own,
    so that the next file is decoded while nobody reads them.
    """
    _become_worker(orders.memory_bytes)
    answers: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_send_all, args=(answers, link), daemon=True).start()
    for task in _receive_all(link):
        # What fails in here ends this process, with the task still at hand.
        with _at_hand(current, task), _time_limit(orders.seconds):
            answers.put(pickle.dumps(_answer(task, orders)))


def _answer(task: Task, orders: Orders) -> Answer:
    started = perf_counter()
    outcome = read_prepared(task, orders)
    return Answer(task.number, outcome, perf_counter() - started)


def _become_worker(memory_bytes: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pool decides when to stop
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, inside a decoder too
    with suppress(ValueError, OSError):  # macOS has no limit of address space
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold patients' pixels
    # Native decoders print what they dislike, and may quote the file.
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _send_all(answers: "SimpleQueue[bytes]", link: Connection) -> None:
    try:
        while True:
            link.send_bytes(answers.get())
    finally:
        os._exit(1)  # the pool is gone, or would wait for ever


def _receive_all(link: Connection) -> Iterator[Task]:
    try:
        while True:
            yield from link.recv()
    except (EOFError, OSError):
        return


@contextmanager
def _at_hand(current: c_longlong, task: Task) -> Iterator[None]:
    current.value = task.number
    yield
    current.value = NO_TASK


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Let the system end this process when the time is up: no decoder can hold that off."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


def read_prepared(task: Task, orders: Orders) -> Outcome:
    """Read one file, decode it and prepare its pictures for an encoder; never raises."""
    try:
        source, content = read_source(task.path)
    except BaseException as error:
        return Skipped(task.path, *_why(error))
    if source.sha256 == task.known_sha256:
        return Unchanged(source)
    try:
        pictures = read_pictures_from_bytes(content, orders.frames)
        return source, tuple(_prepared(picture, orders.prepare) for picture in pictures)
    except BaseException as error:  # a panic in native code is no Exception
        code, reason = _why(error)
        return Skipped(source.path, code, reason, source.size, source.modified_ns, source.sha256)


def _why(error: BaseException) -> tuple[SkipCode, str]:
    if isinstance(error, CannotDecode):
        return error.code, error.reason
    if isinstance(error, MemoryError):
        return SkipCode.TOO_LARGE, "It needs more memory than a worker may use. Export it smaller."
    kind = type(error).__name__
    return SkipCode.DECODER_CRASHED, f"A decoder failed on it ({kind}). Copy it from its source."


def _prepared(picture: Picture, prepare: Prepare) -> Prepared:
    return Prepared(
        pixels=prepare(picture.pixels),
        thumbnail=make_thumbnail(picture.pixels),
        frame=picture.frame,
        tags=picture.tags,
        identity=picture.identity,
    )
