"""The engine of one machine: decoding processes, and threads that feed the encoder's devices."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import BoundedSemaphore
from typing import Final, Self

from core.types import DecodedFile, EmbeddedFile, Found
from encoders.base import Encoder
from imaging.work import Before, Outcome
from imaging.workers import DecodePool
from indexer.batching import embed

QUEUED: Final = 1  # calls that wait for each thread, so that it finds the next one ready


def _nothing() -> None:
    """Leave a thread as it is."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """How the pictures go to the devices."""

    replicas: Sequence[Encoder]  # of one encoder, each on its device
    per_replica: int = 1  # threads that share one
    at_once: int = 32  # pictures that a call should bring
    prepare_thread: Callable[[], None] = _nothing  # called first in each thread
    advice: str = ""  # on the devices, for a person


class LocalEngine:
    """Decodes in the processes of a pool, and embeds in a thread for each lane.

    Use it as a context manager; the pool is the caller's.
    """

    def __init__(self, lanes: Lanes, pool: DecodePool) -> None:
        self._lanes = lanes
        self._pool = pool
        self._idle: SimpleQueue[Encoder] = SimpleQueue()
        count = lanes.per_replica * len(lanes.replicas)
        for _ in range(lanes.per_replica):
            for replica in lanes.replicas:
                self._idle.put(replica)
        self._room = BoundedSemaphore((1 + QUEUED) * count)
        self._threads = ThreadPoolExecutor(count, "embed", lanes.prepare_thread)

    @property
    def device(self) -> str:
        """Where the encoder runs."""
        devices = [replica.device for replica in self._lanes.replicas]
        return devices[0] if len(devices) == 1 else f"{len(devices)} x {_kind(devices)}"

    @property
    def advice(self) -> str:
        """What a person should know of the devices; empty when all is well."""
        return self._lanes.advice

    @property
    def at_once(self) -> int:
        """How many pictures one call of `embed` should bring."""
        return self._lanes.at_once

    def read(
        self,
        found: Iterable[Found],
        before: Before,
        defer_slices: bool,
        open_containers: bool = True,
    ) -> Iterator[Outcome]:
        """Yield one outcome for each file, as `DecodePool.run` does."""
        return self._pool.run(found, before, defer_slices, open_containers)

    def embed(self, files: Sequence[DecodedFile]) -> Future[list[EmbeddedFile]]:
        """Begin to embed the pictures of files; waits while two calls a thread are under way."""
        self._room.acquire()
        future = self._threads.submit(self._embed, files)
        future.add_done_callback(lambda _: self._room.release())
        return future

    def __enter__(self) -> Self:
        """The threads start with the first call."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the threads after the calls they are at; those that wait are given up."""
        self._threads.shutdown(cancel_futures=True)

    def _embed(self, files: Sequence[DecodedFile]) -> list[EmbeddedFile]:
        replica = self._idle.get()
        try:
            return embed(files, replica)
        finally:
            self._idle.put(replica)


def _kind(devices: Sequence[str]) -> str:
    """What devices have in common: "cuda" of "cuda:0" and "cuda:1"."""
    return "/".join(sorted({device.partition(":")[0] for device in devices}))
