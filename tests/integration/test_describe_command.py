"""`radseek describe`, of one picture and of all, and the words that then find pictures."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fakes import ColourCaptioner
from PIL import Image

from encoders.captioner.registry import CAPTIONERS, CaptionerRow

COLOURS = {"red": (250, 0, 0), "green": (0, 250, 0), "blue": (0, 0, 250)}
NOTICE = "Machine text, not a report. Not for diagnosis."


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Four pictures, and a captioner that sees colours."""
    monkeypatch.setitem(
        CAPTIONERS, "colour", CaptionerRow("fakes:load_colour_captioner", "sees colours")
    )
    monkeypatch.setenv("RADSEEK_CAPTIONER", "colour")
    made = tmp_path / "pictures"
    made.mkdir()
    for number, name in enumerate(("red", "green", "blue", "red")):
        pixels = np.full((16, 16, 3), COLOURS[name], np.uint8) + number
        Image.fromarray(pixels).save(made / f"{name}-{number}.png")
    return made


def printed(command, *words):
    code, out, err = command(*words)
    assert code == 0, err
    return json.loads(out)


def found(command, *words):
    hits = printed(command, "search", *words, "--ranking", "words", "--json")["hits"]
    shown = [(hit["path"].rsplit("/")[-1], hit["found_by"], hit["machine_text"]) for hit in hits]
    return sorted(shown)


def test_a_file_is_described_without_a_collection(command, folder):
    code, out, err = command("describe", folder / "blue-2.png")

    assert (code, out) == (0, "Picture: blue.\n")
    assert NOTICE in err


def test_neighbours_are_told_and_shown(command, folder):
    printed(command, "index", folder, "--json")
    (red,) = [
        hit["id"]
        for hit in printed(command, "search", "red", "--json")["hits"]
        if hit["path"].endswith("red-0.png")
    ]
    printed(command, "describe", "--all", "--json")

    told = printed(command, "describe", f"#{red}", "--with-neighbours", "2", "--json")

    assert told["machine_text"] == "Picture: red."
    assert told["notice"] == NOTICE
    assert told["captioner"]["name"] == "colour"
    assert told["neighbours"][0]["words"] == "Picture: red."
    assert len(told["neighbours"]) == 2
    assert red not in [each["id"] for each in told["neighbours"]]
    similarities = [each["similarity"] for each in told["neighbours"]]
    assert similarities == sorted(similarities, reverse=True)
    code, out, _ = command("describe", f"#{red}", "--with-neighbours", "2")
    assert code == 0
    assert out.splitlines()[1].split()[:2] == ["told", "of"]


def test_words_find_pictures_by_machine_texts_until_these_are_forgotten(command, folder):
    printed(command, "index", folder, "--json")
    assert found(command, "picture") == []

    done = printed(command, "describe", "--all", "--json")
    assert (done["new"], done["described"], done["unreadable"], done["pictures"]) == (4, 4, 0, 4)
    assert done["captioner"]["weights_sha256"] == "cc" * 32
    assert found(command, '"picture red"') == [
        ("red-0.png", "words", True),
        ("red-3.png", "words", True),
    ]
    code, out, err = command("search", "blue", "--ranking", "words")
    assert code == 0
    assert "(its machine text fits)" in out
    assert "fit 1 picture by machine text alone, which is not a report" in err

    printed(command, "describe", "--forget", "--json")
    assert found(command, '"picture red"') == []


def test_it_goes_on_with_new_pictures_and_counts_what_cannot_be_read(command, folder):
    printed(command, "index", folder, "--json")
    printed(command, "describe", "--all", "--json")
    Image.new("RGB", (16, 16), (0, 240, 0)).save(folder / "green-9.png")
    Image.new("RGB", (16, 16), (0, 230, 0)).save(folder / "lost.png")
    printed(command, "index", folder, "--json")
    (folder / "lost.png").unlink()

    code, out, err = command("describe", "--all", "--json")
    done = json.loads(out)

    assert code == 1
    assert (done["new"], done["described"], done["unreadable"], done["pictures"]) == (1, 5, 1, 6)
    assert "cannot be read now" in err


@pytest.mark.parametrize("words", [(), ("3", "--all"), ("--all", "--forget")])
def test_one_thing_is_done_at_a_time(command, folder, words):
    code, _, err = command("describe", *words)

    assert code == 1
    assert "one of these" in err


def test_texts_of_another_captioner_have_to_go_first(command, folder, monkeypatch):
    printed(command, "index", folder, "--json")
    printed(command, "describe", "--all", "--json")

    monkeypatch.setattr(ColourCaptioner, "card", replace(ColourCaptioner.card, version="2"))
    code, _, err = command("describe", "--all")

    assert code == 1
    assert "radseek describe --forget" in err
