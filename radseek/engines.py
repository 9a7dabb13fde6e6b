"""Which engine a run has: the parts of this machine, joined."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib import import_module
from typing import Final, Self

from encoders.adapted import put_together, taken_apart
from encoders.base import Encoder
from encoders.known_weights import recall_folder
from encoders.registry import advice_on, replicas_of
from encoders.threads import one_core_each
from imaging.frames import FramePolicy
from imaging.profiles import Profile
from imaging.workers import DecodePool
from indexer.engine import Engine
from indexer.local_engine import Lanes, LocalEngine
from radseek.settings import Settings
from radseek.viewing import rules_of

THREADS_FOR_GPU: Final = 2  # one prepares and copies while the other one computes


def open_engine(
    settings: Settings, encoder: Encoder, profile: Profile, slices: int
) -> AbstractContextManager[Engine]:
    """The engine that the settings name, until the run ends."""
    if settings.engine == "ray":
        cluster = import_module("radseek.cluster")  # loads Ray: not before
        opened: AbstractContextManager[Engine] = cluster.ray_engine(
            settings, encoder, profile, slices
        )
        return opened
    return local_engine(settings, encoder, profile, slices)


@contextmanager
def local_engine(
    settings: Settings,
    encoder: Encoder,
    profile: Profile,
    slices: int,
    cores: int = os.cpu_count() or 1,
) -> Iterator[LocalEngine]:
    """Decoding processes, and the threads of an encoder on all its devices, until the run ends.

    An encoder on the CPU takes `cores` of its cores.
    """
    rules = rules_of(settings, profile, FramePolicy(settings.frames_per_cine, slices))
    itself, adapters = taken_apart(encoder)
    weights = recall_folder(settings.home, itself.card.weights_sha256)
    replicas = [
        put_together(each, adapters) for each in replicas_of(itself, weights, settings.device)
    ]
    lanes = lanes_of(replicas, advice_on(settings.device), cores)
    with (
        DecodePool(
            encoder.prepare,
            settings.workers,
            rules,
            settings.decode_seconds,
            settings.worker_memory,
        ) as pool,
        LocalEngine(lanes, pool) as engine,
    ):
        yield engine


def lanes_of(
    replicas: Sequence[Encoder], advice: str = "", cores: int = os.cpu_count() or 1
) -> Lanes:
    """A thread for each core of a CPU, or some for each GPU."""
    first = replicas[0]
    if first.device == "cpu":
        return Lanes(replicas, cores, first.at_once, one_core_each, advice)
    return Lanes(replicas, THREADS_FOR_GPU, first.at_once, advice=advice)


class KeptEngine:
    """An engine that several runs use, one after the other. A context manager that ends it."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._engine: Engine | None = None

    def start(self, how: Callable[[], AbstractContextManager[Engine]]) -> Engine:
        """The engine; started at the first call."""
        if self._engine is None:
            self._engine = self._opened.enter_context(how())
        return self._engine

    def __enter__(self) -> Self:
        """It is not started before it is asked for."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it when it was started."""
        self._opened.close()
