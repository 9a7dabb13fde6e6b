"""Both journeys end to end: real files, real storage, a small encoder that sees colours."""

from pathlib import Path

import numpy as np
import pytest
from fakes import ColourEncoder, shrink
from PIL import Image
from runs import index_colours, not_asked

from core.errors import CardMismatch, InvalidRequest, UnknownName
from core.types import EncoderCard, SkipCode
from indexer.report import ExitCode
from search.filters import parse_where
from search.query import ImagePart, Query, by_instance, by_text
from search.request import Request
from search.searcher import Searcher
from storage.reader import CollectionReader

COLOURS = {
    "red": (200, 20, 20),
    "rust": (180, 60, 30),
    "green": (20, 200, 20),
    "blue": (20, 20, 200),
}


@pytest.fixture
def pictures(tmp_path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (32, 24), colour).save(folder / f"{name}.png")
    return folder


def _searcher(home):
    return Searcher(CollectionReader.open(home, "default"), ColourEncoder, not_asked)


def _names(results):
    return [hit.record.location.path.stem for hit in results.hits]


def test_words_find_the_pictures_that_fit(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    results = _searcher(tmp_path / "home").search(Request(by_text("red"), k=2))
    assert _names(results) == ["red", "rust"]
    assert [hit.rank for hit in results.hits] == [1, 2]
    assert results.hits[0].record.location.path == pictures / "red.png"
    assert (results.matching, results.total) == (4, 4)


def test_scores_are_cosines(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    encoder = ColourEncoder()
    image = np.asarray(Image.open(pictures / "green.png"))
    expected = float(encoder.embed_images([shrink(image)])[0] @ encoder.embed_texts(["red"])[0])
    hits = _searcher(tmp_path / "home").search(Request(by_text("red"), k=4)).hits
    green = next(hit for hit in hits if hit.record.location.path.stem == "green")
    assert green.score == pytest.approx(expected, abs=1e-3)


def test_an_image_finds_itself_first(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    image = np.asarray(Image.open(pictures / "blue.png"))
    assert _names(
        _searcher(tmp_path / "home").search(Request(Query((ImagePart(image),)), k=1))
    ) == ["blue"]


def test_an_indexed_picture_is_left_out_of_its_own_neighbours(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    searcher = _searcher(tmp_path / "home")
    red = searcher.search(Request(by_text("red"), k=1)).hits[0].record.id
    results = searcher.search(Request(by_instance(red), k=10))
    assert _names(results)[0] == "rust"
    assert len(results.hits) == 3


def test_an_instance_that_is_not_indexed_is_named(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    for unknown in (99999, 10**30):
        with pytest.raises(UnknownName, match=str(unknown)):
            _searcher(tmp_path / "home").search(Request(by_instance(unknown)))


def test_k_below_one_is_refused(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    with pytest.raises(InvalidRequest, match="at least one"):
        _searcher(tmp_path / "home").search(Request(by_text("red"), k=0))


def test_a_blank_text_is_refused(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    with pytest.raises(InvalidRequest, match="without a letter or digit"):
        _searcher(tmp_path / "home").search(Request(by_text("  ")))


def test_a_filter_that_nothing_passes_gives_no_hits(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    results = _searcher(tmp_path / "home").search(
        Request(by_text("red"), 5, [parse_where("modality=CT")])
    )
    assert (results.hits, results.matching) == ((), 0)


def test_a_second_run_has_nothing_to_do(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    report = index_colours(tmp_path / "home", pictures)
    assert (report.progress.embedded, report.progress.unchanged) == (0, 4)
    assert report.exit_code == ExitCode.ALL_IN


def test_a_touched_file_with_the_same_bytes_is_not_embedded_again(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    (pictures / "red.png").touch()
    report = index_colours(tmp_path / "home", pictures)
    assert (report.progress.embedded, report.progress.unchanged) == (0, 4)


def test_a_changed_file_replaces_its_picture(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    Image.new("RGB", (32, 24), (20, 60, 180)).save(pictures / "red.png")
    report = index_colours(tmp_path / "home", pictures)
    results = _searcher(tmp_path / "home").search(Request(by_text("red"), k=10))
    assert (report.progress.embedded, len(results.hits), _names(results)[0]) == (1, 4, "rust")


def test_a_bad_file_is_named_and_skipped_and_the_run_goes_on(tmp_path, pictures):
    (pictures / "notes.txt").write_text("no picture")
    report = index_colours(tmp_path / "home", pictures)
    reader = CollectionReader.open(tmp_path / "home", "default")
    assert report.exit_code == ExitCode.SOME_SKIPPED
    assert [(s.location.path.name, s.code) for s in reader.skipped()] == [
        ("notes.txt", SkipCode.NOT_AN_IMAGE)
    ]
    assert report.progress.embedded == 4


def test_a_bad_file_that_was_mended_is_no_longer_skipped(tmp_path, pictures):
    (pictures / "red.png").write_bytes(b"broken")
    index_colours(tmp_path / "home", pictures)
    Image.new("RGB", (32, 24), COLOURS["red"]).save(pictures / "red.png")
    report = index_colours(tmp_path / "home", pictures)
    assert report.exit_code == ExitCode.ALL_IN
    assert CollectionReader.open(tmp_path / "home", "default").skipped() == []


def test_a_file_that_cannot_be_reached_keeps_its_picture(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    (pictures / "red.png").unlink()
    (pictures / "red.png").symlink_to(tmp_path / "away.png")
    report = index_colours(tmp_path / "home", pictures)
    assert report.exit_code == ExitCode.SOME_SKIPPED
    assert _names(_searcher(tmp_path / "home").search(Request(by_text("red"), k=1))) == ["red"]


def test_a_run_that_was_stopped_keeps_what_it_had_and_goes_on_later(tmp_path, pictures):
    report = index_colours(tmp_path / "home", pictures, stopped=lambda: True)
    assert report.exit_code == ExitCode.INTERRUPTED
    assert report.progress.embedded == 1
    report = index_colours(tmp_path / "home", pictures)
    assert (report.progress.embedded, report.progress.unchanged) == (3, 1)


def test_progress_ends_with_every_file_accounted_for(tmp_path, pictures):
    (pictures / "notes.txt").write_text("no picture")
    counts = []
    index_colours(tmp_path / "home", pictures, progress=counts.append)
    assert counts[-1].done == counts[-1].files == 5
    assert [c.done for c in counts] == sorted(c.done for c in counts)


def test_a_collection_refuses_another_encoder(tmp_path, pictures):
    index_colours(tmp_path / "home", pictures)
    other = EncoderCard("colour", "2", 3, "c1" * 32, "squash-8", "none")
    with pytest.raises(CardMismatch):
        index_colours(tmp_path / "home", pictures, card=other)


def test_an_empty_folder_makes_an_empty_collection(tmp_path):
    (tmp_path / "empty").mkdir()
    report = index_colours(tmp_path / "home", tmp_path / "empty")
    assert report.exit_code == ExitCode.ALL_IN
    assert _searcher(tmp_path / "home").search(Request(by_text("red"))).hits == ()
