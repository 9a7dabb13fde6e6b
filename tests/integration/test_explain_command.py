"""`radseek explain`: the picture with its heat, its numbers, and what is shared."""

import json

import numpy as np
import pytest
from fakes import ColourEncoder
from PIL import Image

from core.types import Tags
from search.method import Method
from search.query import by_instance
from search.searcher import Searcher
from storage.batch import Batch
from storage.reader import CollectionReader
from tests.unit.storage.factories import embedded, open_writer


@pytest.fixture
def halves(command, tmp_path):
    """A picture, indexed, that is red on its left and blue on its right; its id."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    picture = Image.new("RGB", (120, 80), (220, 10, 10))
    picture.paste((10, 10, 220), (60, 0, 120, 80))
    picture.save(folder / "halves.png")
    Image.new("RGB", (90, 90), (220, 20, 20)).save(folder / "red.png")
    assert command("index", folder)[0] == 0
    _, out, _ = command("search", "blue", "--json")
    return json.loads(out)["hits"][0]["id"]


@pytest.mark.parametrize("method", ["covering", "parts"])
def test_a_hit_of_a_text_is_hot_where_the_text_is_seen(command, halves, tmp_path, method):
    out = tmp_path / "heat.png"
    code, told, err = command(
        "explain", halves, "--text", "blue", "--out", out, "--method", method, "--json"
    )

    assert code == 0, err
    (hit,) = json.loads(told)["maps"]
    heat = np.array(hit["heat"])
    assert hit["picture"] == "hit"
    assert heat[:, 4:].min() > heat[:, :4].max()
    with Image.open(out) as image:
        assert image.size == (120 + 120 + 5, 80)


def test_a_picture_that_was_asked_with_is_explained_too(command, halves, tmp_path):
    red = tmp_path / "pictures" / "red.png"
    code, told, _ = command("explain", halves, "--like", red, "--out", tmp_path / "a.png")

    assert code == 0
    hit, query, path = told.splitlines()
    assert hit.startswith("hit    score 0.")
    assert query.startswith("query  score 0.")
    assert path == str(tmp_path / "a.png")
    with Image.open(path) as image:
        assert image.size == (120 + 120 + 5, 80 + 90)


def test_the_score_is_that_of_the_search(command, halves, tmp_path):
    _, out, _ = command("search", "blue", "--json")
    hit = json.loads(out)["hits"][0]
    _, told, _ = command("explain", halves, "--text", "blue", "--out", tmp_path / "a.png", "--json")

    assert json.loads(told)["maps"][0]["score"] == pytest.approx(hit["score"], abs=2e-3)


def test_tags_are_shared_with_an_indexed_picture(tmp_path):
    rows = ColourEncoder().embed_texts(["red", "blue"])
    said = [Tags(modality="CR", view="PA", rows=80), Tags(modality="CR", view="AP", rows=80)]
    files = [embedded(f"{at}", rows[at : at + 1], tags) for at, tags in enumerate(said)]
    with open_writer(tmp_path, card=ColourEncoder.card) as writer:
        writer.commit(Batch(embedded=files))
    with CollectionReader.open(tmp_path, "main") as reader:
        searcher = Searcher(reader, ColourEncoder, lambda record: np.full((9, 9, 3), 90, np.uint8))
        explanation = searcher.explain(by_instance(1), 2, Method.PARTS)

    assert explanation.shared == (("modality", "CR"),)
    assert len(explanation.query) == 1


def test_what_it_was_found_by_must_be_said(command, halves, tmp_path):
    code, _, err = command("explain", halves, "--out", tmp_path / "a.png")

    assert code == 1
    assert "--text WORDS" in err


def test_a_place_that_cannot_be_written_is_one_line(command, halves, tmp_path):
    code, _, err = command(
        "explain", halves, "--text", "red", "--out", tmp_path / "nowhere" / "a.png"
    )

    assert code == 1
    assert "Cannot write" in err
    assert "Traceback" not in err
