"""Looks at processes from outside, as Linux tells of them."""

import ctypes
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROC = Path("/proc")
SET_CHILD_SUBREAPER = 36  # prctl(2)
TRACKER = b"resource_tracker"  # of multiprocessing; it lives as long as its parent
UNLIMITED = "unlimited"


@contextmanager
def adopting_orphans() -> Iterator[None]:
    """Be the parent of any process whose own parent among our children is gone."""
    prctl = ctypes.CDLL(None).prctl
    prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def memory_in_use() -> int:
    """Give the bytes that this process has in physical memory."""
    return int((PROC / "self" / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children() -> set[int]:
    """Give the processes whose parent is this one, those left out that have ended."""
    return {pid for pid in _processes() if _parent(pid) == os.getpid() and not _is_tracker(pid)}


def left_after(before: set[int], seconds: float) -> set[int]:
    """Give the children that are more than `before` and stay for a time."""
    end = time.monotonic() + seconds
    while (left := children() - before) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def address_space(pid: int) -> str:
    """Give the limit of a process in bytes, or that it has none; empty when it has ended."""
    try:
        lines = (PROC / str(pid) / "limits").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split()[3] for line in lines if line.startswith("Max address space")), "")


def age(pid: int) -> float:
    """Give the seconds since a process began; 0 when it has ended."""
    try:
        began = int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[19])
    except (OSError, IndexError):
        return 0.0
    uptime = float((PROC / "uptime").read_text().split()[0])
    return uptime - began / os.sysconf("SC_CLK_TCK")


def _processes() -> list[int]:
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        state, parent, *_ = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return 0
    return 0 if state == "Z" else int(parent)


def _is_tracker(pid: int) -> bool:
    try:
        return TRACKER in (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return True
