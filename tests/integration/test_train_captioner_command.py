"""`radseek train captioner` from a recipe to a folder that `describe` takes."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from radseek.cli import main

pytestmark = pytest.mark.slow  # a training run, and three encoders to load

RECIPE = """
development = 0.3
stored_side = 32
draws = 64
plain = 1.0
tokens = 280
report_every = 20
batches.size = 8
decoder = { hidden = 32, layers = 1, heads = 2, intermediate = 48 }
[[stages]]
name = "language"
trains = "decoder"
steps = 40
peak_rate = 5e-3
warmup = 5
[[stages]]
name = "both"
trains = "both"
steps = 160
peak_rate = 5e-3
warmup = 5
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Dark heads and bright hands."""
    folder = tmp_path / "data"
    folder.mkdir()
    lines = ["path,source,modality,body_part,group_id"]
    for number in range(20):
        level = np.full((32, 32), 230 - number if number % 2 else 20 + number, dtype=np.uint8)
        level[8:24, 8:24] = 255 - level[0, 0]
        Image.fromarray(level).save(folder / f"{number}.png")
        lines.append(f"{number}.png,drawn,{'XR,hand' if number % 2 else 'CT,head'},{number}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def _radseek(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["radseek", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    return capsys.readouterr()


def test_a_recipe_becomes_a_captioner_that_names_what_it_never_saw(
    tmp_path, data, monkeypatch, capsys
):
    monkeypatch.setenv("RADSEEK_HOME", str(tmp_path / "home"))
    (tmp_path / "recipe.toml").write_text(RECIPE, encoding="utf-8")

    words = ("train", "captioner", tmp_path / "recipe.toml", "--data", data, "--device", "cpu")
    printed = _radseek(monkeypatch, capsys, *words, "--out", tmp_path / "out")

    lines = printed.err.splitlines()
    (last,) = [line for line in lines if line.startswith("both: step 160 of 160")]
    assert float(last.split("modality_and_body_part ")[1]) >= 0.9
    assert any(line.startswith("language: step 20 of 40") for line in lines)
    folder = Path(printed.out.strip())
    assert folder == tmp_path / "out" / "both"
    for name, caption in (("1.png", "X-ray of the hand."), ("0.png", "CT of the head.")):
        words = ("describe", data / name, "--captioner-weights", folder)
        assert _radseek(monkeypatch, capsys, *words).out == f"{caption}\n"
