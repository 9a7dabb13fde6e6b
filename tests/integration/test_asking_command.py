"""Queries of several parts on the command line: weights, regions, embeddings, judged hits."""

import json

import numpy as np
import pytest
from fakes import ColourEncoder
from PIL import Image
from runs import index_colours

COLOURS = {
    "red": (220, 10, 10),
    "green": (10, 220, 10),
    "blue": (10, 10, 220),
    "purple": (160, 10, 160),
    "yellow": (160, 160, 10),
    "teal": (10, 160, 160),
}


@pytest.fixture
def indexed(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in COLOURS.items():
        Image.new("RGB", (80, 80), colour).save(folder / f"{name}.png")
    halves = Image.new("RGB", (80, 80), COLOURS["red"])
    halves.paste(COLOURS["blue"], (40, 0, 80, 80))
    halves.save(folder / "halves.png")
    index_colours(tmp_path / "home", folder)
    return folder


@pytest.fixture
def ask(command, indexed):
    """Ask for JSON; gives the names of the files found, best first."""

    def asked(*words):
        code, out, err = command(*words, "--json")
        assert code == 0, err
        return [_name(hit) for hit in json.loads(out)["hits"]]

    return asked


@pytest.fixture
def ids(command, indexed):
    _, out, _ = command("search", "red", "--json")
    return {_name(hit): hit["id"] for hit in json.loads(out)["hits"]}


def _name(hit):
    return hit["path"].rsplit("/", 1)[1].removesuffix(".png")


def test_two_texts_find_what_has_both(ask):
    assert ask("search", "red", "--with", "green", "-k", 1) == ["yellow"]


def test_the_end_that_is_not_read_is_told_in_lines_and_in_json(command, indexed):
    text = " ".join(["red"] * 40 + ["green"])

    _, out, err = command("search", text)
    _, as_json, _ = command("search", text, "--json")

    sentence = "colour reads 40 tokens of a text and left the end out: “green”."
    assert sentence in err
    assert json.loads(as_json)["understood"][0]["notes"] == [sentence]
    assert "red.png" in out.splitlines()[0]


def test_a_text_that_is_not_wanted_sends_its_pictures_to_the_end(ask):
    found = ask("search", "red", "--without", "blue")
    assert found.index("yellow") < found.index("purple")
    assert found[-1] == "blue"


def test_pictures_and_words_go_together(ask, indexed):
    found = ask("search", "red", "--like", indexed / "blue.png", "-k", 2)
    assert set(found) == {"purple", "halves"}


def test_unlike_takes_an_id_which_is_left_out(ask, ids):
    found = ask("similar", ids["red"], "--unlike", ids["blue"])
    assert found[0] == "yellow"
    assert not {"red", "blue"} & set(found)


def test_a_weight_pulls_the_answer(ask):
    assert ask("search", "red", "--with", "blue:4", "-k", 1) == ["blue"]
    assert ask("search", "red", "--with", "blue:0.25", "-k", 1) == ["red"]


def test_what_is_not_wanted_counts_less_unless_it_is_weighed(ask, ids):
    usual = ask("similar", ids["purple"], "--unlike", ids["blue"])
    assert usual == ask("similar", ids["purple"], "--unlike", f"{ids['blue']}:0.3")
    assert usual[0] == "halves"
    assert ask("similar", ids["purple"], "--unlike", f"{ids['blue']}:1")[0] == "red"


def test_a_region_is_asked_with_instead_of_the_picture(ask, ids, indexed):
    assert ask("similar", f"{ids['halves']}@0,0,.5,1", "-k", 1) == ["red"]
    assert ask("similar", f"{indexed / 'halves.png'}@.5,0,1,1", "-k", 1) == ["blue"]
    assert ask("search", "--like", f"{ids['halves']}@.5,0,1,1:2", "-k", 1) == ["blue"]


def test_a_region_of_a_picture_whose_file_is_gone_says_so(command, ids, indexed):
    (indexed / "halves.png").unlink()
    code, _, err = command("similar", f"{ids['halves']}@0,0,.5,1")
    assert code == 1
    assert f"Picture {ids['halves']} cannot be seen again" in err


@pytest.mark.parametrize("region", ["0,0,.1,1", "0,0,1.5,1", ".5,0,.5,1", "0,0,1.1.1,1"])
def test_a_region_that_cannot_be_is_one_line(command, ids, region):
    code, out, err = command("similar", f"{ids['halves']}@{region}")
    assert (code, out) == (1, "")
    assert "region" in err
    assert "Traceback" not in err


def test_a_file_whose_name_ends_like_a_region_or_a_weight_is_that_file(ask, indexed):
    for name in ("a@0,0,1,1", "b:2"):
        (indexed / name).write_bytes((indexed / "green.png").read_bytes())
        assert ask("similar", indexed / name, "-k", 1) == ["green"]


def test_an_embedding_is_asked_with(ask, tmp_path):
    np.save(tmp_path / "row.npy", ColourEncoder().embed_texts(["blue"]))
    assert ask("search", "--embedding", tmp_path / "row.npy", "-k", 1) == ["blue"]


def test_what_embed_writes_is_read(command, ask, tmp_path, indexed):
    command("embed", indexed / "teal.png", "--npy", tmp_path / "teal.npy")
    assert ask("search", "--embedding", tmp_path / "teal.npy", "-k", 1) == ["teal"]


@pytest.mark.parametrize("rows", [np.ones((2, 3)), np.ones(4), np.zeros(3), np.array(["a"] * 3)])
def test_an_embedding_that_cannot_be_is_one_line(command, indexed, tmp_path, rows):
    np.save(tmp_path / "row.npy", rows)
    code, out, err = command("search", "--embedding", tmp_path / "row.npy")
    assert (code, out) == (1, "")
    assert "Traceback" not in err


def test_judged_hits_move_the_answer_and_are_left_out(ask, ids):
    for refit in ("rocchio", "logistic"):
        words = ("--liked", ids["purple"], "--disliked", f"#{ids['yellow']}", "--refit", refit)
        found = ask("search", "red", *words)
        assert not {"purple", "yellow"} & set(found)
        assert found.index("halves") < found.index("green")


def test_a_liked_picture_is_enough_to_ask_with(ask, ids):
    assert ask("search", "--liked", ids["purple"], "-k", 1) == ["halves"]


def test_options_go_with_each_line_of_a_batch(command, indexed, tmp_path):
    (tmp_path / "queries.txt").write_text("red\ngreen\n")
    _, out, _ = command(
        "search", "--batch", tmp_path / "queries.txt", "--with", "blue", "-k", 1, "--json"
    )
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["query"] for answer in answers] == ["red", "green"]
    assert [_name(answer["hits"][0]) for answer in answers] == ["purple", "teal"]


def test_parts_that_cancel_each_other_out_are_refused(command, ids):
    code, _, err = command("similar", ids["red"], "--unlike", f"{ids['red']}:1")
    assert code == 1
    assert "cancel each other out" in err


@pytest.mark.parametrize("words", [("--liked", "x"), ("--disliked", "3"), ("--liked", "1,,2")])
def test_what_cannot_be_asked_is_one_line(command, indexed, words):
    code, out, err = command("search", *words)
    assert (code, out) == (1, "")
    assert "Traceback" not in err


def test_the_answer_says_what_was_encoded(command, indexed):
    _, out, _ = command("search", "red", "--without", "blue", "--json")
    answer = json.loads(out)
    assert [text["given"] for text in answer["understood"]] == ["red", "blue"]
    assert (answer["total"], answer["matching"]) == (7, 7)
