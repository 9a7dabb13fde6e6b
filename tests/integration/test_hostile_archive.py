"""A folder of every bad file that we know of: each has its outcome, and the run goes on."""

import os
import warnings

import pytest
from fakes import ColourEncoder
from runs import index_colours

from core.types import Location
from imaging.profiles import VOI
from indexer.report import ExitCode
from storage.catalog import FileState
from storage.writer import CollectionWriter
from tests.hostile_files import HOSTILE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("hostile")
    with warnings.catch_warnings(action="ignore"):  # what is wrong on purpose
        for number, case in enumerate(HOSTILE.values()):
            (made / f"{number:03}").write_bytes(case.content)
    os.mkfifo(made / "pipe")
    (made / "nowhere").symlink_to(made / "gone")
    (made / "circle").symlink_to(made)
    (made / "itself").symlink_to(made / "itself")
    return made


@pytest.fixture(scope="module")
def runs(folder, tmp_path_factory):
    """The home, and the reports of a run and of the same run again."""
    home = tmp_path_factory.mktemp("home")
    first = index_colours(home, folder, batch_size=16)
    return home, first, index_colours(home, folder, batch_size=16)


def _known(home):
    with CollectionWriter.open(home, "default", ColourEncoder.card, VOI.id) as writer:
        return writer.known()


def test_every_file_has_the_outcome_that_its_case_names(folder, runs):
    known = _known(runs[0])
    wrong = {}
    for number, (name, case) in enumerate(HOSTILE.items()):
        file = known[Location(folder / f"{number:03}")]
        outcome = file.code or file.state.value
        if outcome != case.outcome:
            wrong[name] = outcome
    assert wrong == {}


@pytest.mark.parametrize("run", [1, 2])
def test_the_counts_add_up_to_the_files_seen(runs, run):
    report = runs[run]
    progress = report.progress
    parts = (progress.embedded, progress.catalogued, progress.unchanged, progress.skipped)
    assert sum(parts) == progress.files
    assert sum(report.skipped_by_code.values()) == progress.skipped
    assert sum(report.catalogued_by_code.values()) == progress.catalogued
    assert report.exit_code == ExitCode.SOME_SKIPPED


def test_both_runs_see_the_same_files_and_the_catalog_has_them_all(folder, runs):
    home, first, second = runs
    known = _known(home)
    assert first.progress.files == second.progress.files == len(known)
    assert {place.path for place in known} >= {folder / f"{n:03}" for n in range(len(HOSTILE))}


def test_the_second_run_reads_only_what_could_not_be_reached(runs):
    home, first, second = runs
    known = _known(home).values()
    assert (second.progress.embedded, second.progress.catalogued) == (0, 0)
    assert second.skipped_by_code == first.skipped_by_code
    assert FileState.PENDING not in {file.state for file in known}


def test_nothing_was_written_beside_the_files(folder, runs):
    names = {f"{number:03}" for number in range(len(HOSTILE))}
    assert {path.name for path in folder.iterdir()} == names | {
        "pipe",
        "nowhere",
        "circle",
        "itself",
    }
