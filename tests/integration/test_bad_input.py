"""Every bad file that we know of, in one folder: nothing is lost, and nothing stops a run."""

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from benchmarks.accounts import account_of, kind_of, location_of, try_folder
from core.types import (
    CatalogueCode,
    Catalogued,
    Container,
    Found,
    Instance,
    Kept,
    Location,
    SkipCode,
    Skipped,
    Source,
)
from indexer.report import ExitCode
from storage.reader import CollectionReader
from tests.bad_files import lay_out
from tests.hostile_files import CONTAINER, EMBEDDED, HOSTILE
from tests.runs import index_colours

pytestmark = pytest.mark.slow

MIB = 1 << 20
WORKER_LIMIT = 4 << 30  # bytes of address space
ODDITIES = {
    "into-itself": SkipCode.UNREADABLE,
    "nowhere": SkipCode.UNREADABLE,  # where "dangling" leads
    "zero": SkipCode.UNREADABLE,  # where "device" leads
    "pipe": SkipCode.UNREADABLE,
    "socket": SkipCode.UNREADABLE,
    "gone.dcm": SkipCode.UNREADABLE,
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    """The folder, and where each file of the table lies in it."""
    folder = tmp_path_factory.mktemp("bad") / "files"
    return folder, lay_out(folder)


@pytest.fixture(scope="module")
def trial(bad):
    """What a pool made of it, in a process whose memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        return executor.submit(try_folder, bad[0], 60).result(timeout=600)


@pytest.fixture(scope="module")
def by_path(trial):
    return {
        location_of(outcome).path: outcome
        for outcome in trial.account.outcomes
        if not location_of(outcome).member
    }


def test_every_bad_file_has_exactly_one_outcome(bad, trial):
    assert len(trial.account.tried) > len(HOSTILE) + len(ODDITIES)
    assert trial.account.ended == Counter(trial.account.tried)


def test_every_bad_file_of_the_table_ends_as_it_says(bad, by_path):
    _, placed = bad
    ended = {name: kind_of(by_path[path]) for name, path in placed.items()}
    assert ended == {name: case.outcome for name, case in HOSTILE.items()}


def test_what_only_a_file_system_can_hold_is_unreadable(by_path):
    ended = {path.name: kind_of(outcome) for path, outcome in by_path.items()}
    assert {name: ended[name] for name in ODDITIES} == ODDITIES


def test_no_reason_spells_a_control_character(trial):
    reasons = [one.reason for one in trial.account.outcomes if isinstance(one, Skipped)]
    reasons += [one.kept.reason for one in trial.account.outcomes if isinstance(one, Catalogued)]
    assert [reason for reason in reasons if not reason.isprintable()] == []
    assert min(map(len, reasons)) > 20


def test_bombs_go_off_inside_of_limits(trial):
    assert trial.own_growth < 100 * MIB
    assert trial.worker_peak < WORKER_LIMIT // 2


def test_a_run_accounts_for_every_bad_file(bad, trial, tmp_path):
    folder, _ = bad
    report = index_colours(tmp_path / "home", folder, workers=2)
    counts = report.progress
    # All but the file that was gone, which no walk finds.
    assert counts.files == counts.done == len(trial.account.tried) - 1
    kinds = trial.account.kinds
    assert counts.embedded == kinds[EMBEDDED]
    assert report.exit_code == ExitCode.SOME_SKIPPED
    skipped = CollectionReader.open(tmp_path / "home", "default").skipped()
    assert Counter(one.code.value for one in skipped) == Counter(report.skipped_by_code)
    again = index_colours(tmp_path / "home", folder, workers=2)
    assert (again.progress.files, again.progress.embedded) == (counts.files, 0)


def test_an_account_is_not_balanced_when_a_file_is_lost_or_comes_twice():
    files = [Found(Location(Path(f"/{name}")), 1, 0) for name in "ab"]
    first, second = (Skipped(file.location, SkipCode.EMPTY, "nothing") for file in files)
    assert account_of(files, [], [first, second]).is_balanced
    assert not account_of(files, [], [first]).is_balanced
    assert not account_of(files, [], [first, second, second]).is_balanced


def test_the_members_of_a_container_are_accounted_for():
    source = Source(Location(Path("/a.zip")), 1, 0, "0" * 64)
    member = Found(Location(Path("/a.zip"), "in.dcm"), 1, 0)
    refused = Skipped(Location(Path("/a.zip"), "out.dcm"), SkipCode.UNSUPPORTED, "no")
    box = Container(source, "zip archive", (member,), (refused,))
    read = Catalogued(
        Source(member.location, 1, 0, "1" * 64), Instance(), Kept(CatalogueCode.NO_PIXELS, "none")
    )
    whole = account_of([Found(source.location, 1, 0)], [], [box, read])
    assert whole.is_balanced
    assert whole.kinds == {CONTAINER: 1, "unsupported": 1, "no-pixels": 1}
    assert not account_of([Found(source.location, 1, 0)], [], [box]).is_balanced
