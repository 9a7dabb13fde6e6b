"""Models that others published are trained on, and written as folders that are read again."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from encoders.registry import load_encoder, load_towers
from tests import tiny_models
from training.contrastive import train
from training.manifest import TrainingSet, read_set
from training.recipe import Batches, Layers, Likeness, Loss, Phase, Recipe, Texts, Tuning


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    folder = tmp_path_factory.mktemp("data")
    lines = ["path,source,modality,body_part,group_id,report"]
    for n in range(8):
        Image.new("L", (32, 32), 30 * n).save(folder / f"{n}.png")
        lines.append(f"{n}.png,s,,,{n},a chest of grey {n}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return read_set(folder)


@pytest.mark.parametrize(
    ("family", "loss", "tuning"),
    [
        ("clip", Loss.INFO_NCE, Tuning(Layers.LORA, rank=2)),
        ("siglip", Loss.SIGMOID, Tuning()),
        ("chinese_clip", Loss.INFO_NCE, Tuning(Layers.LAST)),
    ],
)
def test_a_published_model_learns_and_is_read_again(
    data: TrainingSet, tmp_path: Path, family: str, loss: Loss, tuning: Tuning
) -> None:
    start = getattr(tiny_models, family)(tmp_path / "published")
    name = str(start)
    side = load_encoder(name, None, "cpu").prepare.size[0]  # type: ignore[attr-defined]
    recipe = Recipe(
        phases=(Phase("only", 3, 1e-2, (side,), warmup=1),),
        encoder=name,
        texts=Texts.REPORTS,
        loss=loss,
        tuning=tuning,
        development=0,
        stored_side=32,
        mixed_precision=False,
        batches=Batches(size=6, at_once=4),
        likeness=Likeness(weight=0),
    )

    folder = train(recipe, data, tmp_path / "run", device="cpu")

    before = load_towers(name, start).tower.state_dict()
    after = load_towers(name, folder).tower.state_dict()
    assert before.keys() == after.keys()
    changed = {key for key, value in before.items() if not torch.equal(value, after[key])}
    blocks = {
        key for key in before if ".layers.0." in key and "weight" in key and "norm" not in key
    }
    assert bool(changed & blocks) == (tuning.layers is not Layers.LAST)
    assert changed
