"""How far a run is, in words."""

import pytest

from indexer.report import Progress
from indexer.stages import Recent, Stage
from radseek.cli.progress import Lines, describe, files_done, time_left

NONE = dict.fromkeys(
    ("files", "embedded", "catalogued", "unchanged", "skipped", "waiting", "pictures"), 0
)


def _progress(**named):
    return Progress(**NONE | {"seconds": 100.0, "device": "cpu"} | named)


class Log:
    """Lines as they were said, and the clock that they go by."""

    def __init__(self):
        self.now = 0.0
        self.lines = []
        self.tell = Lines(self.lines.append, lambda: self.now)


@pytest.fixture
def log():
    return Log()


def test_a_line_names_the_recent_pace_and_what_is_waited_for():
    progress = _progress(
        pictures=5000,
        waiting=7,
        skipped=2,
        device="2 x cuda",
        recent=Recent(1234.6, 99.0, Stage.DECODE),
    )
    assert describe(progress) == (
        "1235 images/s, on 2 x cuda, waits for decode, 7 slices waiting, 2 skipped"
    )


def test_a_run_without_figures_claims_none():
    assert describe(_progress(device="")) == "0 images/s"
    assert time_left(_progress()) == "-"


def test_the_time_left_is_that_of_the_files_at_the_recent_pace():
    progress = _progress(files=40_000, embedded=3_000, skipped=1_000, recent=Recent(0.0, 5.0))
    assert time_left(progress) == "2:00:00"


def test_nobody_knows_the_time_left_while_more_files_are_found():
    progress = _progress(files=40, embedded=20, walking=True, recent=Recent(0.0, 5.0))
    assert files_done(progress) == "20 of 40 files so far"
    assert time_left(progress) == "-"


def test_a_log_gets_a_line_a_minute(log):
    progress = _progress(files=20, embedded=10, recent=Recent(2.0, 1.0, Stage.EMBED))
    for log.now in (1, 59, 60, 61, 119, 120):
        log.tell(progress)
    line = "radseek: 10 of 20 files, 2 images/s, on cpu, waits for embed, 0:00:10 left"
    assert log.lines == [line, line]


def test_advice_is_given_once_and_at_once(log):
    for log.now in (1, 2):
        log.tell(_progress(advice="No GPU was found."))
    assert log.lines == ["radseek: No GPU was found."]
