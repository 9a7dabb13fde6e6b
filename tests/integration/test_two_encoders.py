"""Two editions of a collection, of two encoders: their ranks fused, and compared by labels."""

import json
from pathlib import Path

import numpy as np
import pytest
from fakes import ColourEncoder, WarmEncoder, shrink
from PIL import Image

from encoders.registry import ENCODERS, EncoderRow

PICTURES = 40
BOTH = ("--encoders", "colour,warm")


@pytest.fixture
def two(command, monkeypatch, tmp_path):
    """Pictures of any colour, indexed by an encoder that reads no texts, then by one that does."""
    row = EncoderRow("fakes:load_warm_encoder", "sees red", "none")
    monkeypatch.setitem(ENCODERS, "warm", row)
    random = np.random.default_rng(0)
    lines = ["path,labels,patient"]
    for number in range(PICTURES):
        colour = random.integers(0, 255, 3).astype(np.uint8)
        name = f"{number:02d}.png"
        Image.fromarray(np.full((8, 8, 3), colour, np.uint8)).save(tmp_path / name)
        lines.append(f"{name},{('red', 'green', 'blue')[colour.argmax()]},p{number}")
    (tmp_path / "truth.csv").write_text("\n".join(lines))
    assert command("index", tmp_path, "--encoder", "warm")[0] in (0, 3)
    assert command("reindex", "--encoder", "colour")[0] in (0, 3)
    return tmp_path


def found(command, *words):
    code, out, err = command("similar", *words, "--json")
    assert code == 0, err
    told = json.loads(out)
    return [Path(hit["path"]).name for hit in told["hits"]], told["notes"]


def in_order(encoder, folder, names, asked):
    """The names as an encoder ranks them for one that is asked with."""
    rows = encoder.embed_images([shrink(np.asarray(Image.open(folder / n))) for n in names])
    scores = rows @ rows[names.index(asked)]
    return sorted((n for n in names if n != asked), key=lambda n: -scores[names.index(n)])


def fused(folder, names, asked, ahead):
    """The same by the ranks of both, behind so many that are first for both."""
    ranks = [in_order(each, folder, names, asked) for each in (ColourEncoder(), WarmEncoder())]
    others = [name for name in names if name != asked]
    return sorted(
        others, key=lambda name: -sum(1 / (61 + ahead + each.index(name)) for each in ranks)
    )


def test_a_picture_is_ranked_by_both(command, two):
    names = sorted(path.name for path in two.glob("*.png"))

    hits, notes = found(command, two / "03.png", "-k", PICTURES, *BOTH)

    assert hits == ["03.png", *fused(two, names, "03.png", ahead=1)]
    assert hits[1:] != in_order(ColourEncoder(), two, names, "03.png")
    assert any("the second is warm 1." in note for note in notes)


def test_a_filter_is_applied_before_both(command, two):
    hits = json.loads(command("similar", two / "03.png", "-k", PICTURES, "--json")[1])["hits"]
    half = {Path(hit["path"]).name: hit["id"] for hit in hits[1::2]}
    command("cohort", "add", "half", *half.values())

    hits, _ = found(command, two / "03.png", "-k", PICTURES, "--where", "in:half", *BOTH)

    assert hits == fused(two, sorted([*half, "03.png"]), "03.png", ahead=0)


def test_what_one_alone_knows_is_found_and_told(command, two):
    new = two / "new.png"
    Image.fromarray(np.full((8, 8, 3), 77, np.uint8)).save(new)
    assert command("index", two)[0] in (0, 3)
    number = json.loads(command("similar", new, "-k", 1, "--json")[1])["hits"][0]["id"]

    hits, notes = found(command, two / "00.png", "-k", PICTURES + 1, *BOTH)

    assert "new.png" in hits
    assert any("which does not know 1 picture." in note for note in notes)
    code, _, err = command("similar", number, *BOTH)
    assert (code, f"does not know picture {number}" in err) == (1, True)


def test_texts_are_ranked_by_the_one_that_reads_them(command, two):
    alone = json.loads(command("search", "green", "--json")[1])
    both = json.loads(command("search", "green", *BOTH, "--json")[1])

    assert [hit["id"] for hit in both["hits"]] == [hit["id"] for hit in alone["hits"]]
    assert "warm knows pictures alone: no say." in both["notes"]


def test_a_picture_that_would_be_rendered_otherwise_is_refused(command, two):
    assert command("reindex", "--prune")[0] == 0
    assert command("reindex", "--rendering", "mi2-compat")[0] in (0, 3)

    code, _, err = command("similar", two / "00.png", "--encoders", "colour,colour")

    assert (code, "rendered by mi2-compat" in err) == (1, True), err
    assert command("search", "green", "--encoders", "colour,colour")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--encoders", "mini,clip"), "Write --encoders colour,warm"),
        ((*BOTH, "--diversity", "0.5"), "--diversity"),
    ],
)
def test_what_two_cannot_be_asked_is_said(command, two, words, said):
    code, _, err = command("similar", two / "00.png", *words)

    assert (code, said in err) == (1, True), err


def test_the_table_has_what_each_reaches_by_itself(command, two):
    truth = ("--truth", two / "truth.csv", "--json")

    code, out, err = command("evaluate", *truth, *BOTH)

    assert code == 0, err
    told = json.loads(out)
    assert (told["first"], told["second"], told["texts"]) == ("colour", "warm", [])
    assert "warm knows pictures alone" in err or told["texts"] == []
    served = json.loads(command("evaluate", *truth, "--no-texts")[1])
    command("reindex", "--back")
    other = json.loads(command("evaluate", *truth, "--no-texts")[1])
    for each in told["images"]:
        for side, alone in (("first", served), ("second", other)):
            line = alone["image"][0]["macro" if each["over"] == "labels" else "micro"]
            assert each[side] == pytest.approx(line[each["metric"]]["value"], abs=1e-5)
        assert each["low"] <= each["second"] - each["first"] <= each["high"]
    code, _, err = command("evaluate", *truth, *BOTH, "--name", "x")
    assert (code, "not kept" in err) == (1, True)
