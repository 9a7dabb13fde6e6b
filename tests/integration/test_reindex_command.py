"""`radseek reindex` as typed."""

import json
from dataclasses import replace

import pytest
from fakes import ColourEncoder
from PIL import Image

from encoders.captioner.registry import CAPTIONERS, CaptionerRow
from encoders.registry import ENCODERS, EncoderRow


class OtherEncoder(ColourEncoder):
    card = replace(ColourEncoder.card, name="other", weights_sha256="0d" * 32)


@pytest.fixture
def archive(tmp_path, monkeypatch, command):
    """An indexed folder of three pictures, and another encoder."""
    monkeypatch.setattr("fakes.load_other", lambda weights, device: OtherEncoder(), raising=False)
    monkeypatch.setitem(ENCODERS, "other", EncoderRow("fakes:load_other", "", ""))
    folder = tmp_path / "archive"
    folder.mkdir()
    for name, grey in (("a", 40), ("b", 90), ("c", 200)):
        Image.new("RGB", (8, 8), (grey, 20, 20)).save(folder / f"{name}.png")
    assert command("index", folder, "--encoder", "colour")[0] == 0
    return folder


def answer(command, *words):
    code, out, _ = command(*words, "--json")
    return code, json.loads(out)


def test_it_says_what_was_made_and_status_which_edition_is_served(archive, command):
    _, before = answer(command, "status")
    assert (before["edition"], before["beside"]) == (1, None)

    code, made = answer(command, "reindex", "--encoder", "other")

    assert code == 0
    runs = made.pop("runs")
    assert made == {
        "edition": 2,
        "switched": True,
        "stopped": False,
        "files_with_pictures": 3,
        "missing_by_code": {},
        "skipped": 0,
        "label_sets": [],
        "captioner": None,
    }
    assert [(run["files"], run["embedded"]) for run in runs] == [(3, 3)]
    _, after = answer(command, "status")
    beside = after["beside"]
    assert (after["edition"], after["encoder"]["name"]) == (2, "other")
    assert (beside["number"], beside["complete"], beside["files_known"]) == (1, True, 3)
    assert beside["encoder"]["name"] == "colour"
    assert beside["bytes_on_disk"] > 0 < after["bytes_on_disk"]


def test_people_read_it_in_lines(archive, command):
    (archive / "a.png").unlink()

    code, out, err = command("reindex", "--encoder", "other")
    assert code == 1
    assert "  missing          1  not-read\n" in out
    assert "Edition 2 is not served: 1 of 3 files with pictures have none in it" in out
    _, status, _ = command("status")
    assert "edition 2: other 1, voi-2; 2 of 3 files so far" in status

    code, out, _ = command("reindex", "--missing")
    assert (code, out) == (0, f"not-read           {archive / 'a.png'}\n")
    assert answer(command, "reindex", "--missing") == (
        0,
        [{"path": str(archive / "a.png"), "member": "", "code": "not-read"}],
    )

    code, out, err = command("reindex", "--switch-anyway")
    assert (code, "Edition 2 is served now." in out) == (0, True)
    assert command("reindex", "--back")[:2] == (0, "served: edition 1\n")
    assert command("reindex", "--prune")[:2] == (0, "deleted: edition 2\n")
    code, _, err = command("reindex", "--discard")
    assert (code, "There is no unfinished edition" in err) == (1, True)


def test_one_thing_is_asked_at_a_time(archive, command):
    code, _, err = command("reindex", "--back", "--prune")
    assert (code, "Name one of" in err) == (1, True)


def test_labels_and_machine_texts_that_the_new_edition_lacks_are_told(
    archive, command, tmp_path, monkeypatch
):
    row = CaptionerRow("fakes:load_colour_captioner", "sees colours")
    monkeypatch.setitem(CAPTIONERS, "colour", row)
    assert command("describe", "--all", "--captioner", "colour")[0] == 0
    (tmp_path / "colours.txt").write_text("red\ngreen\n")
    assert command("label", "--labels", tmp_path / "colours.txt")[0] == 0

    code, out, _ = command("reindex", "--encoder", "other")

    assert code == 0
    assert "It has no zero-shot labels: colours stayed with the one before." in out
    assert "It has no machine texts: those by colour stayed with the one before." in out
