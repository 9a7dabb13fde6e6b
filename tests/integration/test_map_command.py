"""`radseek map` on a collection of colours."""

import json

import numpy as np
import pytest
from PIL import Image
from runs import index_colours

from storage.embedding_map import MapMethod
from storage.reader import CollectionReader


@pytest.fixture
def home(tmp_path):
    for n in range(6):
        Image.new("RGB", (8, 8), (40 * n, 20, 250 - 40 * n)).save(tmp_path / f"{n}.png")
    index_colours(tmp_path / "home", tmp_path)
    return tmp_path / "home"


def test_a_map_is_kept_and_says_what_it_is_worth(command, home):
    code, out, err = command("--home", home, "map", "--json")

    assert code == 0, err
    told = json.loads(out)
    with CollectionReader.open(home, "default") as reader:
        snapshot = reader.snapshot()
        kept = reader.map_file.read(snapshot.sequence)
    np.testing.assert_array_equal(kept.ids, snapshot.ids)
    assert (told["on_map"], told["pictures"], told["method"]) == (6, 6, "pca")
    assert told["trust"]["trustworthiness"] == kept.note.trust.trustworthiness
    assert kept.note.method is MapMethod.PCA
    assert "flat cut" in err


def test_a_sample_is_said_in_words(command, home):
    code, out, _ = command("--home", home, "map", "--pictures", "4", "--method", "pca")

    assert code == 0
    assert "4 of 6 pictures on the map, by pca" in out


def test_what_cannot_be_laid_out_is_said(command, home):
    code, _, err = command("--home", home, "map", "--method", "tsne")

    assert code == 1
    assert "needs at least 92 pictures, and there are 6" in err
