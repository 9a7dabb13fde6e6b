from indexer.report import ExitCode, Progress, Report

NONE = dict.fromkeys(
    ("files", "embedded", "catalogued", "unchanged", "skipped", "waiting", "pictures"), 0
)


def _report(seconds=2.0, **counts):
    return Report(Progress(**NONE | counts, seconds=seconds, device="cpu"), {}, {}, copies=0)


def test_all_in_is_0():
    assert _report(files=3, embedded=2, unchanged=1).exit_code == ExitCode.ALL_IN == 0


def test_what_is_catalogued_is_no_failure():
    assert _report(files=3, embedded=2, catalogued=1).exit_code == ExitCode.ALL_IN


def test_some_skipped_is_3():
    assert _report(files=3, embedded=2, skipped=1).exit_code == ExitCode.SOME_SKIPPED == 3


def test_stopped_before_the_end_is_130_whatever_was_skipped():
    assert _report(files=4, embedded=2, skipped=1).exit_code == ExitCode.INTERRUPTED == 130


def test_slices_that_wait_are_not_the_end():
    assert _report(files=3, embedded=2, waiting=1).exit_code == ExitCode.INTERRUPTED


def test_rate_is_pictures_over_seconds():
    assert _report(pictures=10).progress.images_per_second == 5.0
    assert _report(pictures=10, seconds=0.0).progress.images_per_second == 0.0
