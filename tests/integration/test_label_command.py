"""`radseek label`, `labels` and `disagreements` on files of one colour."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

COLOURS = {"red": (250, 0, 0), "green": (0, 250, 0), "blue": (0, 0, 250)}
SHADES = """
name = "shades"
[[label]]
name = "red"
group = "modality"
texts = ["red"]
tags = ["OT"]
[[label]]
name = "green"
group = "modality"
texts = ["green"]
tags = ["CR"]
"""


@pytest.fixture
def colours(tmp_path):
    def painted(*names):
        folder = tmp_path / "pictures"
        folder.mkdir(exist_ok=True)
        for number, name in enumerate(names):
            pixels = np.full((16, 16, 3), COLOURS[name], np.uint8) + number
            Image.fromarray(pixels).save(folder / f"{name}-{number}.png")
        return folder

    return painted


@pytest.fixture
def shades(tmp_path):
    (tmp_path / "shades.toml").write_text(SHADES)
    return tmp_path / "shades.toml"


def printed(command, *words):
    code, out, err = command(*words)
    assert code == 0, err
    return json.loads(out)


def test_pictures_are_labelled_once_and_new_ones_when_it_runs_again(command, colours, shades):
    printed(command, "index", colours("red", "green"), "--json")

    first = printed(command, "label", "--labels", shades, "--json")
    printed(command, "index", colours("red", "green", "green"), "--json")
    second = printed(command, "label", "--json")
    third = printed(command, "label", "--labels", shades, "--json")

    told = [run["sets"] for run in (first, second, third)]
    assert told == [
        [{"name": "shades", "new": new, "labelled": all_, "pictures": all_}]
        for new, all_ in ((2, 2), (1, 3), (0, 3))
    ]
    (kept,) = printed(command, "labels", "--json")
    assert (kept["name"], kept["multilabel"], kept["labelled"]) == ("shades", False, 3)
    assert [(each["name"], each["pictures"]) for each in kept["labels"]] == [
        ("red", 1),
        ("green", 2),
    ]


def test_another_set_of_a_name_is_refused_until_it_is_made_again(command, colours, shades):
    printed(command, "index", colours("red", "green"), "--json")
    printed(command, "label", "--labels", shades, "--json")
    shades.write_text(SHADES.replace('texts = ["red"]', 'texts = ["blue"]'))

    code, _, err = command("label", "--labels", shades)
    assert (code, "--again" in err) == (1, True)
    again = printed(command, "label", "--labels", shades, "--again", "--json")

    assert again["sets"][0]["new"] == 2


def test_a_set_can_be_forgotten(command, colours, shades):
    printed(command, "index", colours("red"), "--json")
    printed(command, "label", "--labels", shades, "--json")

    assert printed(command, "label", "--delete", "shades", "--json") == {"deleted": "shades"}

    assert printed(command, "labels", "--json") == []
    code, _, err = command("label", "--delete", "shades")
    assert (code, "none yet" in err) == (1, True)
    code, _, err = command("label")
    assert (code, "builtin:anatomy" in err) == (1, True)


def test_what_states_no_tag_gets_a_proposal(command, colours, shades, tmp_path):
    printed(command, "index", colours("red", "green"), "--json")
    printed(command, "label", "--labels", shades, "--json")

    told = printed(
        command, "disagreements", "--set", "shades", "--tag", "body_part",
        "--csv", tmp_path / "out.csv", "--json",
    )  # fmt: skip

    assert (told["agreeing"], told["disagreeing"]) == (0, [])
    assert sorted(each["seen"] for each in told["proposed"]) == ["green", "red"]
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["seen"] for row in rows] == [each["seen"] for each in told["proposed"]]
    code, out, _ = command("disagreements", "--set", "shades", "--tag", "body_part", "--most", "1")
    assert (code, out.count("pictures/")) == (0, 1)


def test_a_set_whose_labels_do_not_exclude_each_other_speaks_against_no_tag(
    command, colours, shades
):
    printed(command, "index", colours("red"), "--json")
    printed(command, "label", "--labels", shades, "--multilabel", "--name", "each", "--json")

    code, _, err = command("disagreements", "--set", "each")
    assert (code, "without --multilabel" in err) == (1, True)
    code, _, err = command("disagreements", "--set", "none")
    assert (code, "It has: each" in err) == (1, True)
