"""Which engine a run has: the parts of this machine, joined."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from encoders.base import Encoder
from encoders.threads import one_core_each
from imaging.frames import FramePolicy
from imaging.profiles import Profile
from imaging.workers import DecodePool
from indexer.engine import Engine
from indexer.local_engine import Lanes, LocalEngine
from radseek.settings import Settings
from radseek.viewing import rules_of

PICTURES_FOR_CPU: Final = 8  # pictures in a call: little to lose where one takes a second
PICTURES_FOR_GPU: Final = 256
THREADS_FOR_GPU: Final = 2  # one prepares and copies while the other one computes


@contextmanager
def local_engine(
    settings: Settings, encoder: Encoder, profile: Profile, slices: int
) -> Iterator[Engine]:
    """Decoding processes and the threads of the encoder, until the run ends."""
    rules = rules_of(settings, profile, FramePolicy(settings.frames_per_cine, slices))
    with (
        DecodePool(
            encoder.prepare,
            settings.workers,
            rules,
            settings.decode_seconds,
            settings.worker_memory,
        ) as pool,
        LocalEngine(_lanes([encoder]), pool) as engine,
    ):
        yield engine


def _lanes(replicas: Sequence[Encoder]) -> Lanes:
    """A thread for each core of a CPU, or some for each GPU."""
    if replicas[0].device == "cpu":
        cores = os.cpu_count() or 1
        return Lanes(replicas, cores, PICTURES_FOR_CPU, one_core_each)
    return Lanes(replicas, THREADS_FOR_GPU, PICTURES_FOR_GPU)
