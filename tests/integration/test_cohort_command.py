"""`radseek cohort` and `radseek search --add-to` as typed."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import ColourEncoder
from PIL import Image

from encoders.registry import ENCODERS, EncoderRow


class OtherEncoder(ColourEncoder):
    card = replace(ColourEncoder.card, name="other", weights_sha256="0d" * 32)


@pytest.fixture
def archive(tmp_path, monkeypatch, command):
    """An indexed folder of three pictures, of which red and blue are a cohort."""
    monkeypatch.setattr("fakes.load_other", lambda weights, device: OtherEncoder(), raising=False)
    monkeypatch.setitem(ENCODERS, "other", EncoderRow("fakes:load_other", "", ""))
    folder = tmp_path / "archive"
    folder.mkdir()
    for name, colour in (("red", (200, 9, 9)), ("green", (9, 200, 9)), ("blue", (9, 9, 200))):
        Image.new("RGB", (8, 8), colour).save(folder / f"{name}.png")
    assert command("index", folder, "--encoder", "colour")[0] == 0
    for colour in ("red", "blue"):
        code, _, err = command("search", colour, "-k", 1, "--add-to", "teaching")
        assert code == 0
        assert "hits that are new in the cohort teaching: 1" in err
    return folder


def shown(command, name="teaching"):
    code, out, _ = command("cohort", "show", name, "--json")
    answer = json.loads(out)
    return code, sorted(Path(one["path"]).name for one in answer["pictures"]), answer["absent"]


def ids(command):
    hits = json.loads(command("search", "red", "--json")[1])["hits"]
    return {Path(hit["path"]).stem: hit["id"] for hit in hits}


def test_hits_are_put_into_a_cohort_and_shown(archive, command):
    assert shown(command) == (0, ["blue.png", "red.png"], 0)
    listed = json.loads(command("cohort", "list", "--json")[1])
    assert [(one["name"], one["pictures"]) for one in listed] == [("teaching", 2)]
    assert "teaching" in command("cohort", "list")[1]
    assert "blue.png" in command("cohort", "show", "teaching")[1]


def test_a_search_can_stay_within_a_cohort(archive, command):
    hits = json.loads(command("search", "green", "--where", "in:teaching", "--json")[1])["hits"]
    assert sorted(Path(hit["path"]).name for hit in hits) == ["blue.png", "red.png"]
    code, _, err = command("search", "green", "--where", "in:elsewhere")
    assert (code, "no cohort 'elsewhere'. Known: teaching" in err) == (1, True)


def test_pictures_come_and_go_by_their_ids(archive, command):
    known = ids(command)
    code, out, _ = command("cohort", "add", "teaching", known["green"], f"#{known['red']}")
    assert (code, out) == (0, "new in teaching: 1 of 2\n")
    assert (
        command("cohort", "remove", "teaching", known["red"])[1]
        == "taken out of teaching: 1 of 1\n"
    )
    assert shown(command)[1] == ["blue.png", "green.png"]


def test_a_cohort_outlives_a_new_edition_and_the_end_of_the_first(archive, command):
    assert command("reindex", "--encoder", "other")[0] == 0
    assert command("reindex", "--prune")[0] == 0
    assert shown(command) == (0, ["blue.png", "red.png"], 0)


def test_a_picture_that_left_the_collection_is_counted_and_comes_back(archive, command):
    assert command("remove", archive / "red.png", "--yes")[0] == 0
    assert shown(command) == (0, ["blue.png"], 1)
    assert "not in the collection now: 1 more" in command("cohort", "show", "teaching")[2]
    assert command("index", archive)[0] == 0
    assert shown(command) == (0, ["blue.png", "red.png"], 0)


def test_a_backup_takes_cohorts_along(archive, command, tmp_path):
    assert command("backup", tmp_path / "saved")[0] == 0
    (tmp_path / "saved").rename(tmp_path / "home" / "collections" / "again")
    assert command("--collection", "again", "cohort", "show", "teaching")[0] == 0
    assert command("--collection", "again", "cohort", "add", "new", 1)[0] == 0


def test_a_check_and_a_backup_tell_of_damaged_cohorts(archive, command, tmp_path):
    (tmp_path / "home" / "collections" / "default" / "cohorts.db").write_bytes(b"x" * 9000)
    code, out, _ = command("verify", "--json")
    assert code == 1
    assert "cohorts-damaged" in [one["code"] for one in json.loads(out)["findings"]]
    code, _, err = command("backup", tmp_path / "saved")
    assert (code, "cannot read its cohorts" in err) == (1, True)


def test_a_cohort_is_forgotten_when_that_is_meant(archive, command, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert command("cohort", "delete", "teaching")[0] == 1
    assert shown(command)[1] == ["blue.png", "red.png"]
    assert command("cohort", "delete", "teaching", "--yes")[0] == 0
    code, _, err = command("cohort", "show", "teaching")
    assert (code, "no cohort 'teaching'. Known: none yet" in err) == (1, True)


@pytest.mark.parametrize(("words", "told"), [(("x", "red"), "no id"), (("x", "99"), "No picture")])
def test_what_is_no_picture_makes_no_cohort(archive, command, words, told):
    code, _, err = command("cohort", "add", *words)
    assert (code, told in err) == (1, True)
    assert len(json.loads(command("cohort", "list", "--json")[1])) == 1
