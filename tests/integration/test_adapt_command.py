"""`radseek adapt`: fitted in one process, seen through in others, and served as an edition."""

import json

import numpy as np
import pytest
from fakes import ColourEncoder, shrink
from PIL import Image

from encoders.adapters import read_adapter

PATIENTS = 100


@pytest.fixture
def indexed(command, tmp_path):
    """Pictures whose class is a little green or blue under much of any red."""
    random = np.random.default_rng(0)
    lines = ["path,labels,patient"]
    (tmp_path / "pictures").mkdir()
    for patient in range(PATIENTS):
        for number in range(2):
            kind = ("green", "blue")[patient % 2]
            red = int(random.integers(90, 250))
            colour = (red, 33, 27) if kind == "green" else (red, 27, 33)
            pixels = np.full((8, 8, 3), colour, np.uint8)
            pixels[0, 0] = (patient, number, 0)  # no two have the same pixels
            name = f"pictures/{patient:03d}{number}.png"
            Image.fromarray(pixels).save(tmp_path / name)
            lines.append(f"{name},{kind},p{patient}")
    (tmp_path / "truth.csv").write_text("\n".join(lines))
    code, _, err = command("index", tmp_path / "pictures")
    assert code == 0, err
    return tmp_path


def test_what_was_fitted_ranks_other_patients_better(command, indexed):
    code, out, err = command("adapt", "hue", "--from", f"labels:{indexed / 'truth.csv'}", "--json")

    assert code == 0, err
    told = json.loads(out)
    assert (told["fitted_patients"], told["measured_patients"]) == (60, 20)
    assert told["card"]["version"] == "1+hue"
    images, texts = (
        next(each for each in told[kind] if each["metric"] == "average_precision")
        for kind in ("images", "texts")
    )
    assert images["second"] > images["first"] + 0.1
    assert images["low"] > 0
    assert texts["second"] >= texts["first"] > texts["chance"]

    adapter = read_adapter(indexed / "home", "hue")
    plain, through = (
        json.loads(command("similar", "1", "-k", 60, "--json", *words)[1])["hits"]
        for words in ((), ("--adapter", "hue"))
    )
    assert [hit["id"] for hit in plain] != [hit["id"] for hit in through]
    asked = seen(indexed / "pictures" / "0000.png")
    for hit in through:
        expected = adapter.turned(asked) @ adapter.turned(seen(hit["path"])).T
        assert hit["score"] == pytest.approx(expected.item(), abs=2e-3)
    assert json.loads(command("adapters", "--json")[1])[0]["name"] == "hue"
    again = command("adapt", "hue", "--from", f"labels:{indexed / 'truth.csv'}")
    assert (again[0], "already" in again[2]) == (1, True)


def seen(path):
    """The row of a picture."""
    return ColourEncoder().embed_images([shrink(np.asarray(Image.open(path)))])


def test_boards_are_fitted_to_and_what_cannot_be_is_said(command, indexed):
    command("search", "green", "-k", 200, "--add-to", "all")
    ids = json.loads(command("search", "green", "-k", 200, "--json")[1])["hits"]
    green = [hit["id"] for hit in ids if int(hit["path"][-8:-5]) % 2 == 0]
    command("cohort", "add", "greenish", *green)

    code, out, err = command("adapt", "liked", "--from", "board:greenish", "--json")

    assert code == 0, err
    told = json.loads(out)
    assert told["texts"] == []
    precision = next(each for each in told["images"] if each["metric"] == "average_precision")
    assert precision["second"] > precision["first"]
    for words, said in (
        (("--from", "colour"), "tag:FIELD"),
        (("--from", "board:none"), "none"),
        (("--from", "tag:body_part"), "labelled"),
        (("--from", "board:all", "--texts", "x"), "Boards"),
        (("--from", "tag:view", "--from", "board:all"), "alone"),
    ):
        code, _, err = command("adapt", "other", *words)
        assert (code, said in err) == (1, True), err


def hits(command, *words):
    code, out, err = command("similar", "1", "-k", 60, "--json", *words)
    assert code == 0, err
    return [(hit["id"], hit["score"]) for hit in json.loads(out)["hits"]]


def test_an_edition_made_by_it_is_what_was_seen_through_it(command, indexed):
    command("adapt", "hue", "--from", f"labels:{indexed / 'truth.csv'}")
    command("label", "--labels", "builtin:anatomy")
    before, through = hits(command), hits(command, "--adapter", "hue")
    command("remove", "--yes", indexed / "pictures" / "0991.png")
    left = indexed / "home" / "collections" / "default" / "editions" / "0002"
    left.mkdir(parents=True)
    (left / "catalog.draft").write_bytes(b"of a run that was killed")

    code, out, err = command("reindex", "--adapter", "hue")

    assert (code, out) == (0, "served: edition 2\n"), err
    assert not (left / "catalog.draft").exists()
    served = hits(command)
    assert served == [(i, pytest.approx(score)) for i, score in through if i in dict(served)]
    assert len(through) - len(served) < 2
    assert hits(command, "--adapter", "hue") == served
    told = json.loads(command("status", "--json")[1])
    assert (told["pictures"], told["index_rows"]) == (199, 199)
    assert "1+hue" in command("status")[1]
    assert json.loads(command("labels", "--json")[1]) == []
    assert command("verify", "--full")[0] == 0

    new = indexed / "pictures" / "new.png"
    Image.fromarray(np.full((8, 8, 3), (99, 33, 27), np.uint8)).save(new)
    assert command("index", indexed / "pictures")[0] == 0
    found = json.loads(command("similar", new, "-k", 1, "--json")[1])["hits"][0]
    assert found["path"] == str(new)
    assert found["score"] == pytest.approx(1, abs=1e-3)
    again = command("reindex", "--adapter", "hue")
    assert (again[0], "is of colour 1 " in again[2]) == (1, True)

    assert command("reindex", "--back")[0] == 0
    assert [picture for picture, _ in hits(command)][:5] == [i for i, _ in before][:5]
