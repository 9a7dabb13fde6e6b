"""Stations of a Ray cluster that run the encoder of the tests, and some that fail."""

import os
import signal
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fakes import ColourEncoder, shrink
from runs import index_colours

from core.errors import CardMismatch, EncoderError
from imaging.workers import DecodePool
from indexer.local_engine import Lanes, LocalEngine

RED = 200  # what a picture of a test is marked with
SLICES = 4


@contextmanager
def colours(encoder):
    """What a station runs: one decoder, and an encoder that sees colours."""
    with DecodePool(shrink, 1) as pool, LocalEngine(Lanes([encoder], at_once=3), pool) as engine:
        yield engine


@contextmanager
def refusing():
    raise CardMismatch("A machine of the cluster has other weights.")
    yield


class Killing(ColourEncoder):
    """Ends its process at each picture of the mark, as often as `lives` has lines to give."""

    def __init__(self, lives, mark):
        self._lives, self._mark = Path(lives), mark

    def embed_images(self, prepared):
        if any((picture[..., 0] == self._mark).all() for picture in prepared) and self._takes():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_images(prepared)

    def _takes(self):
        left = sorted(self._lives.iterdir())
        if left:
            left[0].unlink()
        return bool(left)


class Breaking(ColourEncoder):
    """Finds no room for a picture of the mark."""

    def embed_images(self, prepared):
        if any((picture[..., 0] == RED).all() for picture in prepared):
            time.sleep(2)  # until the others are in
            raise EncoderError("A picture does not fit. Use a larger device.")
        return super().embed_images(prepared)


def two_stations(start):
    from indexer.ray_engine import RayEngine, Share

    return RayEngine(start, 2, Share(0.4, 0))


def index_by_ray(home, folder, encoder=None, **options):
    start = partial(colours, encoder or ColourEncoder())
    return index_colours(home, folder, slices=SLICES, engine=two_stations(start), **options)
