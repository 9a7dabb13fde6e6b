"""Published families at work: a folder indexed, and searched by words and by pictures."""

import json

import numpy as np
import pytest
from PIL import Image

from encoders import download, weights
from encoders.families.folder import Origin, write_note
from encoders.registry import ENCODERS
from radseek.archive import open_archive
from radseek.settings import Settings
from tests.tiny_models import TINY


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for at in range(4):
        noise = np.random.default_rng(at).integers(0, 256, (40, 60), np.uint8)
        Image.fromarray(noise).save(folder / f"{at}.png")
    return folder


def hits(out):
    return [hit["path"] for hit in json.loads(out)["hits"]]


@pytest.mark.parametrize("family", ["clip", "siglip", "dinov2"])
def test_a_folder_is_indexed_and_searched(command, tmp_path, pictures, family):
    model = TINY[family](tmp_path / f"tiny-{family}")

    assert command("index", pictures, "--encoder", model)[0] == 0

    like = command("similar", pictures / "2.png", "-k", 2, "--json")
    assert like[0] == 0
    assert hits(like[1])[0] == str(pictures / "2.png")
    code, out, err = command("search", "ct of the head", "-k", 4, "--json")
    if family == "dinov2":
        assert code == 1
        assert "tiny-dinov2 knows pictures alone, no texts." in err
        assert "pictures alone" in command("label", "--labels", "builtin:anatomy")[2]
        assert json.loads(command("labels", "--json")[1]) == []
        named = [f"pictures/{at}.png,{['even', 'odd'][at % 2]}" for at in range(4)]
        lines = ["path,labels", *named]
        (tmp_path / "truth.csv").write_text("\n".join(lines))
        assert command("evaluate", "--truth", tmp_path / "truth.csv", "-k", 2)[0] == 0
    else:
        assert (code, len(hits(out))) == (0, 4)
    status = json.loads(command("status", "--json")[1])
    assert status["encoder"]["name"] == f"tiny-{family}"
    with open_archive(Settings()) as archive:
        assert archive.reads_texts() is (family != "dinov2")
    code, out, _ = command("index", pictures)  # the folder is remembered by its weights
    assert (code, "4 unchanged" in out) == (0, True)


def test_models_are_listed_fetched_and_converted_by_command(command, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "user_data_path", lambda *_, **__: tmp_path / "data")
    monkeypatch.setattr(download, "PAUSE", 0)
    monkeypatch.delitem(ENCODERS, "colour")  # of the tests, with no files to look for
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # where nothing listens
    folder = TINY["clip"](tmp_path / "data" / "weights" / "google" / "tiny")
    write_note(folder, Origin("google/tiny", "5bb5e21f" * 5, "apache-2.0"))

    listed = json.loads(command("encoders", "--json")[1])
    fetched = command("encoders", "pull", "google/other")
    converted = command("encoders", "convert", folder, "--out", tmp_path / "out")

    assert listed[-1] == {
        "name": "google/tiny",
        "ready": True,
        "folder": str(folder),
        "summary": "of the hub, revision 5bb5e21f5bb5",
        "licence": "apache-2.0",
    }
    assert fetched[0] == 1
    assert "Cannot ask http://127.0.0.1:9/api/models/google/other/revision/main" in fetched[2]
    assert (converted[0], "no folder of open_clip" in converted[2]) == (1, True)
