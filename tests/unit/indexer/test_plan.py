import os

import pytest

from core.errors import InvalidRequest
from indexer.plan import make_plan
from storage.catalog import FileStatus, KnownFile


def _known(path, *, embedded=True, size=None):
    now = path.stat()
    return KnownFile(
        now.st_size if size is None else size,
        now.st_mtime_ns,
        "00" * 32,
        FileStatus.EMBEDDED if embedded else FileStatus.SKIPPED,
    )


def test_a_new_file_is_read(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    plan = make_plan([tmp_path], {})
    assert (plan.to_read, plan.unchanged, plan.files) == ((file,), (), 1)


def test_an_embedded_file_with_the_same_size_and_time_is_unchanged(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    plan = make_plan([tmp_path], {file: _known(file)})
    assert (plan.to_read, plan.unchanged) == ((), (file,))


def test_a_file_of_another_size_or_time_is_read_again(tmp_path):
    grown, touched = tmp_path / "a.png", tmp_path / "b.png"
    grown.write_bytes(b"xx")
    touched.write_bytes(b"x")
    known = {grown: _known(grown, size=1), touched: _known(touched)}
    os.utime(touched, ns=(1, 1))
    assert make_plan([tmp_path], known).to_read == (grown, touched)


def test_a_file_that_was_skipped_is_tried_again(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    assert make_plan([tmp_path], {file: _known(file, embedded=False)}).to_read == (file,)


def test_a_path_that_is_not_there_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(InvalidRequest, match="no such file or folder"):
        make_plan([tmp_path / "gone"], {})
