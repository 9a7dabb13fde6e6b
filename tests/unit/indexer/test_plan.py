import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import InvalidRequest
from core.types import CatalogueCode, Found, Location, SkipCode, Skipped
from imaging.sources import walk
from indexer.again import failures
from indexer.ledger import FATES, Ledger, State
from indexer.plan import Survey, check_paths, find, survey_again
from storage.accounts import KnownFile
from storage.catalog import FileState
from storage.locations import location_of
from storage.visits_catalog import Recall
from tests.unit.indexer import factories
from tests.unit.indexer.factories import opened_visits, place


@dataclass
class Plan:
    """What a survey came to: each file seen is in one of the three."""

    to_read: list[Found]
    settled: dict
    refused: list[Skipped]


def _outcome(visits):
    fates = {
        location_of(path, member): FATES[fate]
        for path, member, fate in visits.ask("SELECT path, member, fate FROM visits")
    }
    settled = {place: fate for place, fate in fates.items() if fate is not State.TO_COME}
    return Plan(visits.take(), settled, list(visits.refused()))


def make_plan(paths, known):
    with opened_visits(known) as visits:
        survey = Survey(paths, visits, Recall(visits), Ledger(visits))
        survey.see(list(walk(paths)))
        return _outcome(visits)


def plan_again(known, wanted):
    with opened_visits(known) as visits:
        survey_again(visits, Recall(visits), Ledger(visits), wanted)
        return _outcome(visits)


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    return path


def _as_it_is(path, state=FileState.EMBEDDED, code=""):
    now = path.stat()
    return KnownFile(now.st_size, now.st_mtime_ns, "00" * 32, state, str(code))


def _read(plan):
    return [found.location for found in plan.to_read]


def test_a_new_file_is_read(file):
    plan = make_plan([file.parent], {})
    assert (_read(plan), plan.settled) == ([Location(file)], {})


@pytest.mark.parametrize(
    ("state", "code", "fate"),
    [
        (FileState.EMBEDDED, "", State.UNCHANGED),
        (FileState.CATALOGUED, CatalogueCode.NO_PIXELS, State.UNCHANGED),
        (FileState.PENDING, "", State.WAITING),
        (FileState.SKIPPED, SkipCode.CORRUPT, SkipCode.CORRUPT),
        (FileState.SKIPPED, SkipCode.TIMED_OUT, SkipCode.TIMED_OUT),
    ],
)
def test_a_file_with_the_same_size_and_time_is_not_read_again(file, state, code, fate):
    plan = make_plan([file.parent], {Location(file): _as_it_is(file, state, code)})
    assert (plan.to_read, plan.settled) == ([], {Location(file): fate})


def test_what_could_not_be_reached_is_tried_again(file):
    known = _as_it_is(file, FileState.SKIPPED, SkipCode.UNREADABLE)
    assert _read(make_plan([file], {Location(file): known})) == [Location(file)]


def test_a_file_of_another_size_or_time_is_read_again(tmp_path):
    grown, touched = tmp_path / "a", tmp_path / "b"
    grown.write_bytes(b"x")
    touched.write_bytes(b"x")
    known = {Location(path): _as_it_is(path) for path in (grown, touched)}
    grown.write_bytes(b"xx")
    os.utime(touched, ns=(1, 1))
    assert _read(make_plan([tmp_path], known)) == [Location(grown), Location(touched)]


def test_with_an_archive_its_members_are_as_they_were(file):
    archive = _as_it_is(file, FileState.CATALOGUED, CatalogueCode.CONTAINER)
    now = {"modified_ns": archive.modified_ns}
    known = {
        Location(file): archive,
        Location(file, "in"): factories.known(**now),
        Location(file, "slice"): factories.known(FileState.PENDING, **now),
        Location(file, "bad"): factories.known(FileState.SKIPPED, SkipCode.CORRUPT, **now),
        Location(file, "away"): factories.known(FileState.SKIPPED, SkipCode.UNREADABLE, **now),
        Location(file, "in an earlier archive"): factories.known(modified_ns=7),
    }
    plan = make_plan([file.parent], known)
    assert _read(plan) == [Location(file, "away")]
    assert plan.settled == {
        Location(file): State.UNCHANGED,
        Location(file, "in"): State.UNCHANGED,
        Location(file, "slice"): State.WAITING,
        Location(file, "bad"): SkipCode.CORRUPT,
    }


def test_members_of_an_archive_that_changed_are_left_to_its_new_list(file):
    known = {
        Location(file): factories.known(FileState.CATALOGUED, CatalogueCode.CONTAINER, size=9),
        Location(file, "in"): factories.known(),
    }
    plan = make_plan([file], known)
    assert (_read(plan), plan.settled) == ([Location(file)], {})


def test_a_dicomdir_that_is_named_itself_is_read_for_its_list(file):
    archive = _as_it_is(file, FileState.CATALOGUED, CatalogueCode.CONTAINER)
    missing = factories.known(FileState.SKIPPED, SkipCode.UNREADABLE, modified_ns=0)
    known = {Location(file): archive, Location(file, "IMAGES/1"): missing}
    assert _read(make_plan([file], known)) == [Location(file)]
    plan = make_plan([file.parent], known)
    assert plan.settled == {
        Location(file): State.UNCHANGED,
        Location(file, "IMAGES/1"): SkipCode.UNREADABLE,
    }


def test_a_path_that_is_not_there_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(InvalidRequest, match="no such file or folder"):
        check_paths([tmp_path, tmp_path / "gone"])


def test_another_try_reads_what_failed_as_it_was_seen():
    broken = factories.known(FileState.SKIPPED, SkipCode.CORRUPT, size=7, modified_ns=8)
    known = {place("b"): broken, place("a.zip!/1"): broken, place("in"): factories.known()}
    plan = plan_again(known, failures())
    assert [(found.location, found.size, found.modified_ns) for found in plan.to_read] == [
        (place("a.zip!/1"), 7, 8),
        (place("b"), 7, 8),
    ]


@pytest.mark.parametrize("code", [SkipCode.UNREADABLE, SkipCode.UNSAFE_PATH])
def test_another_try_of_a_broken_reference_reads_the_dicomdir_and_never_where_it_leads(code):
    broken = factories.known(FileState.SKIPPED, code, modified_ns=0)
    known = {
        place("DICOMDIR"): factories.known(FileState.CATALOGUED, CatalogueCode.CONTAINER),
        place("DICOMDIR!/../secret"): broken,
        place("DICOMDIR!/IMAGES/1"): broken,
    }
    assert _read(plan_again(known, failures())) == [place("DICOMDIR")]


def test_a_file_is_found_as_it_lies_there_now(file):
    now = file.stat()
    assert find(Location(file)) == Found(Location(file), 1, now.st_mtime_ns)
    assert find(Location(file, "in")) == Found(Location(file, "in"), 0, now.st_mtime_ns)
    assert find(Location(file.with_name("gone"))).modified_ns == 0
