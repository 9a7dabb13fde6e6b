"""A short campaign of kills; `python -m benchmarks.faults` runs long ones."""

from pathlib import Path

import pytest

from benchmarks import fault_editions
from benchmarks.fault_processes import STEPS
from benchmarks.faults import forks, run

KILLS_OF_A_STEP = 4


@pytest.mark.slow
def test_nothing_committed_is_lost_or_served_wrong_whenever_a_writer_is_killed(
    tmp_path: Path,
) -> None:
    campaign = run(tmp_path, KILLS_OF_A_STEP * len(STEPS), 7, lambda _kills: None)

    assert campaign.kills.total() == KILLS_OF_A_STEP * len(STEPS)
    assert campaign.returned > 0
    assert campaign.answers.rows > 0
    assert campaign.answers.searches > 0


@pytest.mark.slow
def test_one_whole_edition_is_served_whenever_radseek_reindex_is_killed(tmp_path: Path) -> None:
    kills = 2 * len(fault_editions.AIMS)

    editing = fault_editions.run(tmp_path, kills, 5, forks(), lambda _kills: None)

    assert editing.kills.total() == kills
    assert editing.switches > 0
    assert editing.batches > 0
    assert editing.asked.searches > 0
