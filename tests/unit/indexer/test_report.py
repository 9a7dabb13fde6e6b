from indexer.report import ExitCode, Progress, Report


def _report(**counts):
    base = {"files": 0, "embedded": 0, "unchanged": 0, "skipped": 0, "pictures": 0, "seconds": 2.0}
    return Report(Progress(**base | counts), {}, "cpu")


def test_all_in_is_0():
    assert _report(files=3, embedded=2, unchanged=1).exit_code == ExitCode.ALL_IN == 0


def test_some_skipped_is_3():
    assert _report(files=3, embedded=2, skipped=1).exit_code == ExitCode.SOME_SKIPPED == 3


def test_stopped_before_the_end_is_130_whatever_was_skipped():
    assert _report(files=4, embedded=2, skipped=1).exit_code == ExitCode.INTERRUPTED == 130


def test_rate_is_pictures_over_seconds():
    assert _report(pictures=10).progress.images_per_second == 5.0
    assert _report(pictures=10, seconds=0.0).progress.images_per_second == 0.0
