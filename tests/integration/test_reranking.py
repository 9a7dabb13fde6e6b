"""The first hits of a text read again, by an encoder that then looks at how bright they are."""

import json
from pathlib import Path

import pytest
from PIL import Image
from runs import index_colours

# By colour alone the dark one is the nearest to "red".
COLOURS = {
    "dark": (90, 0, 0),
    "bright": (250, 40, 40),
    "pale": (255, 200, 200),
    "blue": (0, 0, 250),
}


@pytest.fixture
def indexed(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (80, 80), colour).save(folder / f"{name}.png")
    index_colours(tmp_path / "home", folder)
    return folder


@pytest.fixture
def ask(command, indexed):
    """The name of each hit, with how well it matches in percent."""

    def asked(*words):
        code, out, err = command("search", "red", *words, "--json")
        assert code == 0, err
        return [
            (Path(hit["path"]).stem, hit["match"] and round(100 * hit["match"]))
            for hit in json.loads(out)["hits"]
        ]

    return asked


def test_only_the_first_hits_are_put_in_another_order(ask):
    assert ask() == [("dark", None), ("bright", None), ("pale", None), ("blue", None)]
    assert ask("--rerank", 2) == [("bright", 98), ("dark", 36), ("pale", None), ("blue", None)]
    assert ask("--rerank", 3)[0] == ("pale", 100)


def test_the_order_is_the_same_page_by_page(ask):
    whole = ask("--rerank", 3)
    pages = [ask("--rerank", 3, "-k", 1, "--offset", at) for at in range(4)]
    assert [hit for page in pages for hit in page] == whole


def test_a_picture_without_a_thumbnail_is_read_from_its_file(ask, tmp_path):
    (tmp_path / "home" / "collections" / "default" / "thumbnails.sqlite").unlink()
    assert ask("--rerank", 2)[0] == ("bright", 98)


def test_a_person_reads_how_well_a_hit_matches(command, indexed):
    _, out, err = command("search", "red", "--rerank", 1)
    assert "(matches by 36 %)" in out.splitlines()[0]
    assert "matches" not in out.splitlines()[1]
    assert "reading again" in err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--like", "1"), "Ask with words alone"),
        (("--diversity", "0.5"), "without --diversity"),
        (("--rerank", "1001"), "from 1 to 1000"),
        (("--rerank", "-1"), "from 1 to 1000"),
    ],
)
def test_what_cannot_be_read_again_is_refused(command, indexed, words, why):
    code, _, err = command("search", "red", "--rerank", 2, *words)
    assert code == 1
    assert why in err


def test_an_evaluation_measures_what_it_changes(command, indexed, tmp_path):
    lines = ["path,labels", *(f"pictures/{name}.png,not" for name in COLOURS if name != "bright")]
    (tmp_path / "truth.csv").write_text("\n".join([*lines, "pictures/bright.png,red"]))

    def first(*words):
        code, out, err = command(
            "evaluate", "--truth", tmp_path / "truth.csv", "-k", 1, "--json", *words
        )
        assert code == 0, err
        assert ("read again" in err) == bool(words)
        told = json.loads(out)
        (red,) = [line for line in told["text"][0]["labels"] if line["name"] == "red"]
        return told["rerank"], red["average_precision"]["value"]

    assert first() == (0, 0.5)
    assert first("--rerank", 2) == (2, 1.0)
