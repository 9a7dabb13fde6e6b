import multiprocessing
import threading

import numpy as np
import pytest
from PIL import Image

from core.errors import CannotDecode, DecodersUnavailable
from core.types import Location, SkipCode
from imaging import query
from imaging.decode import read_view
from imaging.limits import Limits
from imaging.query import QueryReader
from imaging.rules import Crop, Rules, View
from tests.unit.imaging.archives import Member, make_zip
from tests.unit.imaging.factories import make_dicom, make_raster
from tests.unit.imaging.prepares import TrapLimits

pytestmark = pytest.mark.slow  # each reader starts a fresh interpreter

RULES = Rules()


def make_cine():
    return make_dicom(np.arange(9 * 2 * 4, dtype=np.uint8).reshape(9, 2, 4))


def make_picture(level=9):
    return make_raster(Image.new("L", (4, 2), level))


@pytest.fixture(scope="module")
def reader():
    with QueryReader() as reader:
        yield reader


def code_of(asking, *arguments):
    with pytest.raises(CannotDecode) as caught:
        asking(*arguments)
    return caught.value.code


def test_an_upload_is_shown_as_the_archive_shows_it(reader):
    assert reader.picture(make_picture()).tolist() == [[[9] * 3] * 4] * 2
    shown = reader.picture(make_cine())
    assert (shown == read_view(make_cine(), View(), RULES)).all()
    assert (shown == read_view(make_cine(), View(frame=4), RULES)).all()


@pytest.mark.parametrize("view", [View(frame=7), View(crop=Crop(1, 0, 2, 1))])
def test_a_view_is_made_as_it_is_asked_for(reader, view):
    expected = read_view(make_cine(), view, RULES)
    assert (reader.picture(make_cine(), view) == expected).all()
    assert (expected != reader.picture(make_cine())[: len(expected), : len(expected[0])]).any()


def test_a_file_or_a_member_is_shown_from_where_it_lies(reader, tmp_path):
    (tmp_path / "a.png").write_bytes(make_picture())
    (tmp_path / "a.zip").write_bytes(make_zip(Member("in/side", make_picture(200))))
    assert reader.view(Location(tmp_path / "a.png"))[0, 0].tolist() == [9, 9, 9]
    assert reader.view(Location(tmp_path / "a.zip", "in/side"))[0, 0].tolist() == [200] * 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", SkipCode.EMPTY),
        (b"words", SkipCode.NOT_AN_IMAGE),
        (make_dicom(PixelData=None), SkipCode.UNSUPPORTED),
        (make_picture()[:30], SkipCode.CORRUPT),
    ],
)
def test_what_cannot_be_shown_says_why(reader, content, code):
    assert code_of(reader.picture, content) is code


def test_a_file_that_is_not_there_and_an_archive_say_why(reader, tmp_path):
    (tmp_path / "a.zip").write_bytes(make_zip())
    assert code_of(reader.view, Location(tmp_path / "none")) is SkipCode.UNREADABLE
    assert code_of(reader.view, Location(tmp_path / "a.zip")) is SkipCode.UNSUPPORTED
    assert code_of(reader.view, Location(tmp_path / "a.zip", "none")) is SkipCode.UNREADABLE


def test_an_upload_beyond_the_limit_does_not_reach_the_worker(monkeypatch):
    monkeypatch.setattr(query, "Worker", None)
    reader = QueryReader(Rules(limits=Limits(file_bytes=4)))
    assert code_of(reader.picture, b"12345") is SkipCode.TOO_LARGE


def test_one_worker_stays_for_all_questions(reader):
    reader.picture(make_picture())
    before = multiprocessing.active_children()
    for level in range(20):
        assert reader.picture(make_picture(level))[0, 0, 0] == level
    assert multiprocessing.active_children() == before


def test_threads_get_the_answer_to_their_own_question(reader):
    answers = {}

    def ask(level):
        answers[level] = [int(reader.picture(make_picture(level))[0, 0, 0]) for _ in range(5)]

    threads = [threading.Thread(target=ask, args=(level,)) for level in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {level: [level] * 5 for level in range(8)}


def test_a_crash_and_a_hang_are_errors_and_the_next_question_has_its_answer():
    aborting, hanging, fine = (make_dicom(np.zeros((rows, 6), np.uint8)) for rows in (13, 14, 15))
    with QueryReader(Rules(limits=TrapLimits()), seconds=1.5) as reader:
        assert code_of(reader.picture, aborting) is SkipCode.DECODER_CRASHED
        assert code_of(reader.picture, hanging) is SkipCode.TIMED_OUT
        assert reader.picture(fine).shape == (15, 6, 3)


def test_a_worker_that_cannot_start_is_an_error():
    with QueryReader(memory_bytes=1 << 20) as reader, pytest.raises(DecodersUnavailable):
        reader.picture(make_picture())


def test_nothing_is_started_before_the_first_question_and_nothing_is_left():
    before = multiprocessing.active_children()
    reader = QueryReader()
    assert multiprocessing.active_children() == before
    reader.picture(make_picture())
    assert len(multiprocessing.active_children()) == len(before) + 1
    reader.close()
    assert multiprocessing.active_children() == before
    reader.close()
