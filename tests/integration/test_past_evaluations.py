"""What `radseek evaluate` leaves beside the collection."""

import json
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from evaluation.as_json import evaluation_json
from radseek.past_evaluations import past_evaluations
from radseek.settings import Settings

COLOURS = {"red": (200, 0, 0), "green": (0, 200, 0)}


@pytest.fixture
def indexed(command, tmp_path):
    """Two pictures of each of two patients; one of them is called what it is not."""
    lines = ["path,labels,patient"]
    (tmp_path / "pictures").mkdir()
    for name, colour in COLOURS.items():
        for number in range(4):
            Image.fromarray(np.full((16, 16, 3), colour, np.uint8) + number).save(
                tmp_path / "pictures" / f"{name}{number}.png"
            )
            lines.append(f"pictures/{name}{number}.png,{name},{name}-{number // 2}")
    lines[1] = "pictures/red0.png,green,red-0"
    (tmp_path / "colours.csv").write_text("\n".join(lines))
    code, _, err = command("index", tmp_path / "pictures")
    assert code == 0, err
    return tmp_path


def test_each_evaluation_is_kept_and_read_as_it_was_printed(command, indexed):
    settings = Settings(home=indexed / "home")
    assert past_evaluations(settings).whole == ()

    _, first, err = command("evaluate", "--truth", indexed / "colours.csv", "-k", 3, "--json")
    assert "kept as" in err
    code, _, err = command(
        *("evaluate", "--truth", indexed / "colours.csv", "--no-texts", "--name", "again")
    )
    assert code == 0, err

    newest, oldest = past_evaluations(settings).whole
    assert (newest.kept.name, oldest.kept.name) == ("again", "colours")
    assert newest.kept.at > oldest.kept.at
    assert {"collection": "default"} | evaluation_json(oldest.evaluation) == json.loads(first)
    assert (oldest.kept.sequence, oldest.kept.card.name) == (1, "colour")
    assert newest.evaluation.text == ()


def test_examples_are_named_by_the_bytes_of_their_files(command, indexed):
    _, out, _ = command("evaluate", "--truth", indexed / "colours.csv", "-k", 3, "--json")
    shown = {(each["label"], each["text"]): each for each in json.loads(out)["examples"]}
    name = {
        sha256(path.read_bytes()).hexdigest(): path.stem
        for path in (indexed / "pictures").iterdir()
    }

    asked = shown["green", "green"]  # red0 has its label, and looks like the reds
    assert {name[one["sha256"]] for one in asked["hits"]} <= {f"green{n}" for n in range(4)}
    assert [one["rank"] for one in asked["hits"]] == [1, 2, 3]
    assert asked["wrong"] == []
    assert name[asked["misses"][0]["sha256"]] == "red0"
    assert asked["misses"][0]["rank"] > 4
    by_pictures = shown["green", ""]
    assert name[by_pictures["misses"][0]["sha256"]] == "red0"


def test_what_is_damaged_is_named_and_the_rest_is_read(command, indexed):
    command("evaluate", "--truth", indexed / "colours.csv", "--no-texts")
    folder = indexed / "home" / "collections" / "default" / "evaluations"
    (kept,) = folder.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    told = json.loads(kept.read_text())
    (folder / "20200101T000000000000Z.json").write_text(kept.read_text()[:-9])
    del told["told"]["image"][0]["micro"]["precision"]["chance"]
    told["id"] = "20210101T000000000000Z"
    (folder / "20210101T000000000000Z.json").write_text(json.dumps(told))

    found = past_evaluations(Settings(home=indexed / "home"))
    assert [past.kept.id for past in found.whole] == [kept.stem]
    assert sorted(found.damaged) == ["20200101T000000000000Z.json", "20210101T000000000000Z.json"]
