"""Each way to train brings a tiny encoder from chance to finding what it was told of."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from core.types import Pixels
from encoders.registry import load_encoder, load_towers
from encoders.resnet_bert.model import ResNetBert
from tests.tiny_resnet_bert import FIELDS
from training.contrastive import train
from training.manifest import TrainingSet, read_set
from training.recipe import Layers, Loss, Recipe, Tuning, read_recipe

SIDE = 32
RECIPE = """
encoder = "resnet_bert"
model = "config.json"
texts = "reports"
tokens = 300
development = 0.25
stored_side = 32
report_every = 1000
mixed_precision = false
batches.size = 24
likeness.weight = 0
optimiser.average = 0.8
[augmentation]
smallest_area = 0.8
degrees = 5.0
flip = 0
blur = 0
tone = 0.1
erase = 0
text = 0
[[phases]]
name = "only"
steps = 120
peak_rate = 5e-3
warmup = 5
sides = [32]
"""
WORDS = ("stripes across", "stripes down", "a bright disc", "a bright ring")
OTHER_WORDS = ("pneumonia", "fracture", "normal heart", "mass")


def drawn(look: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    y, x = np.mgrid[:SIDE, :SIDE]
    distance, phase = np.hypot(x - 16, y - 16), rng.uniform(0, 6)
    shapes = (
        np.sin(y + phase) > 0,
        np.sin(x + phase) > 0,
        distance < 10,
        abs(distance - 11) < 2,
    )
    noisy = 180.0 * shapes[look] + rng.normal(30, 10, (SIDE, SIDE))
    return noisy.clip(0, 255).astype(np.uint8)


def told(folder: Path, words: tuple[str, ...]) -> TrainingSet:
    folder.mkdir()
    rng = np.random.default_rng(0)
    lines = ["path,source,modality,body_part,group_id,report"]
    for look, text in enumerate(words):
        for n in range(16):
            Image.fromarray(drawn(look, rng)).save(folder / f"{look}-{n}.png")
            lines.append(f"{look}-{n}.png,drawn,,,{look}-{n},{text}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return read_set(folder)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    small = {**FIELDS, "image_size": [SIDE, SIDE]}
    (folder / "config.json").write_text(json.dumps(small), encoding="utf-8")
    (folder / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def recipe(room: Path) -> Recipe:
    return read_recipe(room / "recipe.toml")


def found_first(folder: Path, words: tuple[str, ...]) -> float:
    """The share of new pictures that are nearest to their own words."""
    encoder = load_encoder("resnet_bert", folder, "cpu")
    pictures, looks = new_pictures()
    scores = encoder.embed_images(pictures) @ encoder.embed_texts(list(words)).T
    return float((scores.argmax(axis=1) == looks).mean())


@torch.no_grad()
def told_apart(folder: Path, words: tuple[str, ...]) -> float:
    """The share of new pictures and words of which the fusion block says rightly if they fit."""
    model = load_towers("resnet_bert", folder)
    assert isinstance(model.tower, ResNetBert)
    pictures, looks = new_pictures()
    seen = model.tower.see(model.normalise(torch.from_numpy(np.stack(pictures))))
    ids, mask = model.tokens.pad(model.tokens.encode(words))
    read = model.tower.read(ids, mask)
    rows, asked = np.arange(20).repeat(4), np.tile(np.arange(4), 20)
    fits = model.tower.match(seen[rows], read[asked], mask[asked])
    return float(((fits.numpy() > 0) == (looks[rows] == asked)).mean())


def new_pictures() -> tuple[list[Pixels], NDArray[np.int64]]:
    rng = np.random.default_rng(99)
    looks = np.arange(4).repeat(5)
    return [np.repeat(drawn(look, rng)[:, :, None], 3, axis=2) for look in looks], looks


@pytest.fixture(scope="module")
def trained(room: Path, recipe: Recipe) -> Path:
    """An encoder that the sigmoid loss and matching trained."""
    data = told(room / "data", WORDS)
    return train(replace(recipe, loss=Loss.SIGMOID), data, room / "run", device="cpu")


def test_a_new_encoder_knows_nothing(room: Path, trained: Path) -> None:
    assert found_first(room / "run" / "start", WORDS) <= 0.5
    assert told_apart(room / "run" / "start", WORDS) <= 0.8  # to say no to all is right for 3 in 4


def test_the_sigmoid_loss_teaches_the_towers_and_matching_the_fusion(trained: Path) -> None:
    assert found_first(trained, WORDS) >= 0.9
    assert told_apart(trained, WORDS) >= 0.9


@pytest.mark.parametrize(
    "tuning", [Tuning(Layers.LAST, last=2), Tuning(Layers.LORA, rank=4)], ids=["last", "lora"]
)
def test_a_part_of_an_encoder_learns_new_words(
    room: Path, recipe: Recipe, trained: Path, tmp_path: Path, tuning: Tuning
) -> None:
    phases = (replace(recipe.phases[0], steps=60),)
    chosen = replace(recipe, model="", start_from=str(trained), tuning=tuning, phases=phases)
    assert found_first(trained, OTHER_WORDS) <= 0.5

    folder = train(chosen, told(tmp_path / "data", OTHER_WORDS), tmp_path / "run", device="cpu")

    assert found_first(folder, OTHER_WORDS) >= 0.9
    before, after = (load_towers("resnet_bert", each).tower for each in (trained, folder))
    changed = {
        key
        for key, value in before.state_dict().items()
        if not torch.equal(value, after.state_dict()[key])
    }
    assert "image_projection.weight" in changed
    assert "fusion.head.weight" in changed
    assert ("image.encoder.stages.0.layers.0.layer.0.convolution.weight" in changed) == (
        tuning.layers is Layers.LORA
    )
    assert not [key for key in changed if "stages.0" in key and "running" in key]
