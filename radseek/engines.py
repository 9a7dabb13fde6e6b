"""Which engine a run has: the parts of this machine, joined."""

from collections.abc import Iterator
from contextlib import contextmanager

from encoders.base import Encoder
from imaging.frames import FramePolicy
from imaging.profiles import Profile
from imaging.workers import DecodePool
from indexer.engine import Engine
from indexer.local_engine import Lanes, LocalEngine
from radseek.settings import Settings
from radseek.viewing import rules_of


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
        LocalEngine(Lanes([encoder]), pool) as engine,
    ):
        yield engine
