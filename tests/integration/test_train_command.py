"""`radseek train contrastive` from a recipe to a folder that the other commands take."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import training
from radseek.cli import main

MODEL = Path(training.__file__).parent / "recipes" / "radseek-mini.yaml"
RECIPE = f"""
model = "{MODEL}"
development = 0.3
stored_side = 32
report_every = 1
tokens = 300
batches.size = 4
mixed_precision = false
[[phases]]
name = "only"
steps = 2
peak_rate = 1e-3
warmup = 1
sides = [32]
"""


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    lines = ["path,source,modality,body_part,group_id"]
    for number in range(12):
        level = np.full((32, 32), 20 * number, dtype=np.uint8)
        Image.fromarray(level).save(folder / f"{number}.png")
        kind = "CT,head" if number % 2 else "XR,hand"
        lines.append(f"{number}.png,drawn,{kind},{number}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _radseek(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["radseek", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    return capsys.readouterr()


def test_what_to_learn_from_is_said_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    words = ["radseek", "train", "contrastive", "r.toml", "--out", str(tmp_path)]
    for more in ([], ["--data", "d", "--collection", "c"]):
        monkeypatch.setattr(sys, "argv", words + more)
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 1
        assert "--data FOLDER with a manifest.csv, or --collection NAME" in capsys.readouterr().err


def test_a_recipe_becomes_weights_that_embed(tmp_path, data, monkeypatch, capsys):
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    words = ("train", "contrastive", tmp_path / "recipe.toml", "--data", data, "--device", "cpu")
    printed = _radseek(monkeypatch, capsys, *words, "--out", tmp_path / "out")
    folder = Path(printed.out.strip())
    assert "only: step 2 of 2" in printed.err
    assert "text_region_map" in printed.err
    printed = _radseek(monkeypatch, capsys, "embed", data / "1.png", "--weights", folder)
    (row,) = json.loads(printed.out)
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)
