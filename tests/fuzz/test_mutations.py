"""Sends damaged files of every kind through the real pool; see docs/fuzzing.md."""

import multiprocessing
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.errors import CannotDecode
from imaging.query import QueryReader
from imaging.workers import DecodePool
from tests.conftest import SHARED, need
from tests.fuzz import processes
from tests.fuzz.campaign import Bounds, Campaign, Report
from tests.fuzz.mutations import Mutator
from tests.fuzz.reasons import foreign_words
from tests.fuzz.specimens import all_specimens, kinds_of
from tests.unit.imaging.prepares import halve

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("RADSEEK_FUZZ_SECONDS", "45"))
SEED = int(os.environ.get("RADSEEK_FUZZ_SEED", "0"))
KEEP = os.environ.get("RADSEEK_FUZZ_KEEP")
BOUNDS = Bounds()


@pytest.fixture(scope="module")
def specimens():
    need(sys.platform == "linux", "the fuzz test looks at processes as Linux shows them")
    return all_specimens(SHARED)


@pytest.fixture
def mutator(specimens):
    return Mutator(specimens, SEED)


def test_every_mutant_has_one_end_and_harms_nobody(specimens, mutator, tmp_path, capsys):
    before = processes.children()
    with processes.adopting_orphans():
        report = campaign(mutator, tmp_path, before)
        left = processes.left_after(before, seconds=10)
    with capsys.disabled():
        print(f"\nfuzz: seed {SEED}, {SECONDS:g} s: {report}")
    assert report.findings == []
    assert left == set()
    assert report.ends["embedded"] > 0
    assert report.ends["corrupt"] > 0
    assert is_fair(report, len(kinds_of(specimens)))


def campaign(mutator, folder, bystanders):
    keep = Path(KEEP) if KEEP else None
    with DecodePool(halve, 2, seconds=BOUNDS.seconds, memory_bytes=BOUNDS.memory_bytes) as pool:
        return Campaign(pool, mutator, BOUNDS, keep, bystanders).run(folder, SECONDS)


def is_fair(report: Report, kinds: int) -> bool:
    """Whether every kind had its turn, once there were enough mutants for that."""
    return report.mutants < 20 * kinds or len(report.kinds) == kinds


def test_an_upload_may_be_anything(mutator):
    before = multiprocessing.active_children()
    with QueryReader(seconds=BOUNDS.seconds, memory_bytes=BOUNDS.memory_bytes) as reader:
        ends = Counter(answer_to(reader, mutator.mutant(number)) for number in range(150))
    assert set(ends) == {"picture", "refused"}
    assert ends["picture"] > 10
    assert multiprocessing.active_children() == before


def answer_to(reader, mutant):
    try:
        pixels = reader.picture(mutant.content)
    except CannotDecode as error:
        return " ".join(foreign_words(error.reason)) or "refused"
    return "picture" if (pixels.shape[2], pixels.dtype) == (3, np.uint8) else str(mutant)
