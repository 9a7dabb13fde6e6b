"""What the pool's tests do to pixels in a worker; importable there, which a test module is not."""

import ctypes
import os
import sys
import time

import numpy as np

from imaging.limits import Limits

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


class TrapLimits(Limits):
    """Limits whose check aborts on a picture of 13 rows, and hangs on one of 14."""

    def check_samples(self, rows, *others):
        if rows == 13:
            os.abort()
        if rows == 14:
            ctypes.PyDLL(None).sleep(600)
        super().check_samples(rows, *others)


class Panic(BaseException):
    """Like the panic of a Rust decoder: no Exception."""


def halve(pixels):
    return np.ascontiguousarray(pixels[::2, ::2])


def misbehave(pixels):
    """Abort on red, hang on green, panic on blue."""
    colour = tuple(pixels[0, 0].tolist())
    if colour == RED:
        os.abort()
    if colour == GREEN:
        # PyDLL holds the interpreter as a native decoder that hangs does
        ctypes.PyDLL(None).sleep(600)
    if colour == BLUE:
        raise Panic
    return halve(pixels)


def hoard(pixels):
    """Ask for more memory than a worker has."""
    return np.zeros((1 << 33,), np.uint8)


KEPT = []


def keep(pixels):
    """Never give memory back, as a library that leaks; tell how often that happened."""
    KEPT.append(np.ones(350 << 20, np.uint8))
    return np.full((1, 1, 3), len(KEPT), np.uint8)


def doze(pixels):
    time.sleep(0.02)
    return halve(pixels)


def sleep_long(pixels):
    time.sleep(600)
    return halve(pixels)


def show_heavy_imports(pixels):
    """Give a white pixel if the worker has loaded what only encoders and the page need."""
    heavy = {"torch", "transformers", "streamlit", "sqlalchemy"} & set(sys.modules)
    return np.full((1, 1, 3), 255 if heavy else 0, np.uint8)


def vanish(pixels):
    """End the process without a word, as the system does when memory runs out."""
    os.kill(os.getpid(), 9)


def spoil(pixels):
    """Give what cannot leave the process."""
    return lambda: pixels
