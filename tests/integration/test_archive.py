"""The composition root: which encoder meets which collection."""

from dataclasses import replace

import pytest
from fakes import ColourEncoder
from PIL import Image

from core.errors import CardMismatch
from encoders.registry import ENCODERS, EncoderRow
from radseek.archive import open_archive
from radseek.settings import Settings
from search.query import InstanceQuery, TextQuery


@pytest.fixture
def loaded(monkeypatch):
    """The folders that the encoder is loaded from, in order; its card follows the folder."""
    folders = []

    def load(weights, device):
        folders.append(weights)
        encoder = ColourEncoder()
        encoder.card = replace(encoder.card, weights_sha256=str(weights))
        return encoder

    monkeypatch.setattr("fakes.load_from_folder", load, raising=False)
    monkeypatch.setitem(ENCODERS, "colour", EncoderRow("fakes:load_from_folder", "", ""))
    return folders


def _archive(tmp_path, **named):
    named = {"home": tmp_path / "home", "workers": 1} | named
    return open_archive(Settings(**named))


def _indexed(tmp_path, **named):
    picture = tmp_path / "red.png"
    Image.new("RGB", (8, 8), (200, 20, 20)).save(picture)
    archive = _archive(tmp_path, encoder="colour", **named)
    archive.index([picture], lambda _: None, lambda: False)


def test_a_search_finds_the_weights_that_the_collection_was_made_with(tmp_path, loaded):
    _indexed(tmp_path, weights=tmp_path / "mine")
    results = _archive(tmp_path).searcher().search(TextQuery("red"))
    assert [hit.record.path.name for hit in results.hits] == ["red.png"]
    assert loaded == [tmp_path / "mine", tmp_path / "mine"]


def test_a_collection_is_not_searched_with_other_weights(tmp_path, loaded):
    _indexed(tmp_path, weights=tmp_path / "mine")
    searcher = _archive(tmp_path, weights=tmp_path / "others").searcher()
    with pytest.raises(CardMismatch, match="--weights"):
        searcher.search(TextQuery("red"))


def test_an_instance_query_loads_no_encoder(tmp_path, loaded):
    _indexed(tmp_path)
    loaded.clear()
    archive = _archive(tmp_path)
    (only,) = archive.reader().snapshot().ids.tolist()
    assert archive.searcher().search(InstanceQuery(only)).hits == ()
    assert loaded == []


def test_indexing_again_takes_the_encoder_of_the_collection(tmp_path, loaded):
    _indexed(tmp_path, weights=tmp_path / "mine")
    report = _archive(tmp_path).index([tmp_path / "red.png"], lambda _: None, lambda: False)
    assert report.progress.unchanged == 1
    assert loaded[-1] == tmp_path / "mine"
