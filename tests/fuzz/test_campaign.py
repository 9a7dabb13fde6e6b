"""Proves that a campaign can fail: pools that do what they must not are found out."""

import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.types import Location, SkipCode, Skipped
from imaging.workers import DecodePool
from tests.conftest import need
from tests.fuzz import processes
from tests.fuzz.campaign import Bounds, Campaign
from tests.fuzz.mutations import Mutant, Mutator
from tests.fuzz.reasons import foreign_words
from tests.fuzz.specimens import CANARY, Specimen
from tests.unit.imaging.factories import make_raster
from tests.unit.imaging.prepares import BLUE, GREEN, RED, misbehave

REASON = "It is damaged. Copy it again from its source."
PNG = Specimen("PNG", "a", make_raster(Image.new("L", (9, 9), 90)))
NARROW = Bounds(seconds=0.2, slack=0.8, growth_bytes=64 << 20)


@pytest.fixture(autouse=True)
def _on_linux():
    need(sys.platform == "linux", "a campaign looks at processes as Linux shows them")


def skip(found, reason=REASON):
    return Skipped(found.location, SkipCode.CORRUPT, reason)


class Honest:
    """One outcome for each file; others do one thing otherwise."""

    def run(self, found):
        yield from map(skip, found)

    def close(self):
        """End what it started."""


class Losing(Honest):
    def run(self, found):
        yield from map(skip, found[1:])


class Repeating(Honest):
    def run(self, found):
        yield from map(skip, [*found, found[0]])


class Inventing(Honest):
    def run(self, found):
        yield from map(skip, found)
        stranger = found[0].location.path.with_name("stranger")
        yield skip(replace(found[0], location=Location(stranger)))


class Hanging(Honest):
    def run(self, found):
        yield from map(skip, found[1:])
        time.sleep(600)


class Leaking(Honest):
    def __init__(self):
        self.kept = []

    def run(self, found):
        self.kept.append(np.ones(96 << 20, np.uint8))
        yield from map(skip, found)


class Quoting(Honest):
    def run(self, found):
        yield from (skip(file, f"It is damaged: {CANARY}.") for file in found)


class Unlimited(Honest):
    """Its worker may use all the memory there is."""

    def __init__(self):
        self.worker = subprocess.Popen(["sleep", "60"])
        time.sleep(2 * NARROW.slack)

    def run(self, found):
        yield from map(skip, found)

    def close(self):
        self.worker.kill()
        self.worker.wait()


@pytest.fixture
def bystanders():
    """The processes of other tests, from before there is a pool."""
    return processes.children()


def campaign(pool, keep=None, bystanders=()):
    return Campaign(pool, Mutator([PNG], seed=0), NARROW, keep, bystanders)


def test_an_honest_pool_is_not_found_guilty(bystanders, tmp_path):
    report = campaign(Honest(), bystanders=bystanders).run(tmp_path, seconds=0.3)
    assert report.findings == []
    assert report.ends == {"corrupt": report.mutants}
    assert report.mutants >= 64


@pytest.mark.parametrize(
    ("pool", "finding"),
    [
        (Losing, "it has no outcome: mutant 0 of seed 0, from a"),
        (Repeating, "it has 2 outcomes: mutant 0 of seed 0, from a"),
        (Inventing, "nobody asked for this outcome: mutant 0 of seed 0, from a"),
        (Hanging, "no outcome came in time: mutant 0 of seed 0, from a to mutant 63"),
        (Leaking, "this process grew by "),
        (Quoting, "a reason may quote the file: 'It is damaged: Quetzalwing.': mutant 0"),
        (Unlimited, "a worker may use unlimited bytes of memory: mutant 0"),
    ],
)
def test_a_pool_that_does_wrong_is_found_out(bystanders, pool, finding, tmp_path):
    with closing(pool()) as guilty:
        report = campaign(guilty, bystanders=bystanders).run(tmp_path, seconds=10)
    assert report.findings[0].startswith(finding)


def test_a_mutant_that_was_found_is_kept_when_asked(tmp_path):
    campaign(Losing(), keep=tmp_path / "kept").run(tmp_path, seconds=0)
    assert not (tmp_path / "kept").exists()
    campaign(Losing(), keep=tmp_path / "kept").run(tmp_path, seconds=0.01)
    kept = (tmp_path / "kept" / "0-0").read_bytes()
    assert kept == Mutator([PNG], seed=0).mutant(0).content


def test_a_process_that_lost_its_parent_is_found():
    before = processes.children()
    with processes.adopting_orphans():
        subprocess.run(["sh", "-c", "sleep 600 >/dev/null 2>&1 & exit"], check=True)
        (orphan,) = processes.left_after(before, seconds=0.2)
        subprocess.run(["kill", "-9", str(orphan)], check=True)
        assert processes.left_after(before, seconds=5) == set()


@pytest.mark.slow
def test_a_real_pool_survives_readers_that_crash_hang_and_panic(bystanders, tmp_path):
    """The same three colours would end a run that decodes in its own process."""
    batch = [
        Mutant(0, number, PNG, make_raster(Image.new("RGB", (8, 8), colour)))
        for number, colour in enumerate([RED, (90, 90, 90), GREEN, BLUE, (90, 90, 90)])
    ]
    with DecodePool(misbehave, workers=1, seconds=1, memory_bytes=2 << 30) as pool:
        tried = Campaign(pool, Mutator([PNG], seed=0), Bounds(seconds=1), None, bystanders)
        tried.try_batch(tmp_path, batch)
    assert tried.report.findings == []
    assert tried.report.ends == {"decoder-crashed": 2, "timed-out": 1, "embedded": 2}
    assert len(tried.report.notable) == 3


@pytest.mark.parametrize(
    ("reason", "foreign"),
    [
        (REASON, []),
        ("A decoder failed on it (PanicException). Copy it from its source.", []),
        ("Its SOP class is Encapsulated PDF Storage.", []),
        (f"It names {CANARY}.", [CANARY]),
        ("It says Müller.", ["Müller"]),
    ],
)
def test_words_that_are_not_the_programs_are_told(reason, foreign):
    assert foreign_words(reason) == foreign
