"""A whole run on drawn pictures: that it learns, and that stopping does not change it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from tokenizers import Tokenizer

from core.errors import TrainingError
from encoders.registry import load_encoder, load_towers
from training.bpe import train_tokenizer
from training.contrastive import Progress, train
from training.examples import TrainingImages
from training.manifest import TrainingSet, read_set
from training.recipe import Batches, Loss, Recipe, read_recipe
from training.start import start_folder, write_start
from training.trainer import Trainer

MODEL = """
IMAGE_ENCODER:
  IMAGE_SIZE: [32, 32]
  IMAGE_MEAN: [0.5, 0.5, 0.5]
  IMAGE_STD: [0.25, 0.25, 0.25]
  SPEC:
    DROP_PATH_RATE: 0.1
    PATCH_SIZE: [7, 3, 3, 3]
    PATCH_STRIDE: [4, 2, 2, 2]
    PATCH_PADDING: [3, 1, 1, 1]
    PATCH_PRENORM: [false, true, true, true]
    DIM_EMBED: [8, 16, 24, 32]
    NUM_HEADS: [1, 2, 2, 2]
    NUM_GROUPS: [1, 2, 2, 2]
    DEPTHS: [1, 1, 1, 1]
    WINDOW_SIZE: 4
LANG_ENCODER: {CONTEXT_LENGTH: 16, WIDTH: 32, HEADS: 2, LAYERS: 1}
UNICL_MODEL: {DIM_PROJECTION: 16}
"""
RECIPE = """
model = "model.yaml"
seed = 3
development = 0.2
stored_side = 32
report_every = 2
tokens = 400
mixed_precision = false
[batches]
size = 16
[optimiser]
average = 0.9
[augmentation]
degrees = 5.0
blur = 0.0
"""
# What is drawn for each: stripes across, stripes down, a bright disc.
LOOKS = {("CT", "head"): "rows", ("XR", "hand"): "columns", ("US", "breast"): "disc"}


def drawn(look: str, rng: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[:32, :32]
    phase = rng.uniform(0, 6)
    shapes = {
        "rows": np.sin(y + phase) > 0,
        "columns": np.sin(x + phase) > 0,
        "disc": np.hypot(x - 16, y - 16) < rng.uniform(6, 12),
    }
    noisy = 200.0 * shapes[look] + rng.normal(20, 10, (32, 32))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingSet:
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    lines = ["path,source,modality,body_part,group_id,finding"]
    for (modality, body_part), look in LOOKS.items():
        for n in range(20):
            drawn(look, rng).save(folder / f"{look}{n}.png")
            lines.append(f"{look}{n}.png,{look},{modality},{body_part},{look}{n},")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return read_set(folder)


def phase(name: str, steps: int, sides: str = "[32]", more: str = "") -> str:
    return (
        f'[[phases]]\nname = "{name}"\nsteps = {steps}\npeak_rate = 4e-3\nwarmup = 3\n'
        f"sides = {sides}\n{more}\n"
    )


def recipe_of(tmp_path: Path, *phases: str, model: str = MODEL) -> Recipe:
    (tmp_path / "model.yaml").write_text(model, encoding="utf-8")
    path = tmp_path / "recipe.toml"
    path.write_text(f"{RECIPE}{''.join(phases)}", encoding="utf-8")
    return read_recipe(path)


class StoppedError(Exception):
    """Someone pulled the plug."""


def stop_after(step: int) -> object:
    def report(progress: Progress) -> None:
        if progress.step >= step:
            raise StoppedError

    return report


def weights(folder: Path) -> Mapping[str, torch.Tensor]:
    return load_file(folder / "weights.safetensors")


def test_a_stopped_run_ends_as_an_uninterrupted_one_does(data: TrainingSet, tmp_path: Path) -> None:
    phases = phase("one", 6, "[16, 32]", 'leave_out = ["disc"]'), phase("two", 4)
    recipe = recipe_of(tmp_path, *phases)
    whole = train(recipe, data, tmp_path / "whole", device="cpu")

    for stop in (2, 6):
        with pytest.raises(StoppedError):
            train(
                recipe, data, tmp_path / "parts", device="cpu", resume=True,
                progress=stop_after(stop),  # type: ignore[arg-type]
            )  # fmt: skip
    parts = train(recipe, data, tmp_path / "parts", device="cpu", resume=True)

    for name in ("one", "two"):
        expected = weights(whole.parent / name)
        found = weights(parts.parent / name)
        assert expected.keys() == found.keys()
        assert all(torch.equal(expected[key], found[key]) for key in expected)


def test_a_small_model_learns_what_it_is_shown(data: TrainingSet, tmp_path: Path) -> None:
    reports: list[Progress] = []
    measured: list[Path] = []

    def dev_metrics(folder: Path) -> Mapping[str, float]:
        measured.append(folder)
        return {"figure": 0.5}

    folder = train(
        recipe_of(tmp_path, phase("only", 120)),
        data,
        tmp_path / "out",
        device="cpu",
        progress=reports.append,
        dev_metrics=dev_metrics,
    )

    assert reports[-1].loss < 0.5 * reports[0].loss
    assert (reports[-1].step, reports[-1].steps, reports[-1].metrics) == (120, 120, {"figure": 0.5})
    assert all(not report.metrics for report in reports[:-1])
    assert measured == [folder]
    _assert_finds(folder)


def _assert_finds(folder: Path) -> None:
    """New pictures of each look are nearest to the words for it."""
    encoder = load_encoder("mini", folder, "cpu")
    rng = np.random.default_rng(99)
    pictures = [np.asarray(drawn(look, rng).convert("RGB")) for look in LOOKS.values()]
    texts = encoder.embed_texts(["head ct", "hand x-ray", "breast ultrasound"])

    scores = texts @ encoder.embed_images([encoder.prepare(picture) for picture in pictures]).T

    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def gradients(recipe: Recipe, images: TrainingImages) -> list[torch.Tensor]:
    def learn() -> Tokenizer:
        return train_tokenizer(images.corpus(200), 400)

    write_start(recipe, learn, recipe.folder)
    model = load_towers("mini", start_folder(recipe, recipe.folder))
    trainer = Trainer(recipe, model, torch.device("cpu"))
    trainer.step(0, images.batch(0))
    return [value.grad for value in trainer.model.parameters() if value.grad is not None]


@pytest.mark.parametrize("loss", Loss)
def test_a_batch_in_parts_has_the_gradient_of_the_whole(
    data: TrainingSet, tmp_path: Path, loss: Loss
) -> None:
    model = MODEL.replace("DROP_PATH_RATE: 0.1", "DROP_PATH_RATE: 0.0")
    alone = replace(recipe_of(tmp_path, phase("only", 2), model=model), loss=loss)
    images = TrainingImages(alone, data, tmp_path / "cache")

    expected = gradients(alone, images)
    on_threads = gradients(replace(alone, threads=3), images)
    one_by_one = gradients(replace(alone, batches=Batches(size=16, at_once=5)), images)

    assert len(expected) > 100
    for whole, *parts in zip(expected, on_threads, one_by_one, strict=True):
        for part in parts:
            torch.testing.assert_close(part, whole, atol=1e-6, rtol=1e-4)


def test_batches_depend_on_seed_and_step_alone_and_keep_the_left_out_out(
    data: TrainingSet, tmp_path: Path
) -> None:
    phases = phase("one", 5, more='leave_out = ["rows", "columns"]'), phase("two", 5)
    images = TrainingImages(recipe_of(tmp_path, *phases), data, tmp_path / "cache")

    early, again = images.batch(3), images.batch(3)

    assert early.texts == again.texts
    assert torch.equal(early.pictures, again.pictures)
    assert early.same.all()  # ultrasound of the breast alone
    assert not images.batch(7).same.all()


def test_nothing_of_the_development_split_is_trained_on(data: TrainingSet, tmp_path: Path) -> None:
    images = TrainingImages(recipe_of(tmp_path, phase("one", 5)), data, tmp_path / "cache")

    assert len(images.examples) == 3 * 16


def test_a_phase_without_images_is_refused(data: TrainingSet, tmp_path: Path) -> None:
    nothing = 'leave_out = ["rows", "columns", "disc"]'

    with pytest.raises(TrainingError, match="leaves every source out"):
        train(recipe_of(tmp_path, phase("one", 5, more=nothing)), data, tmp_path / "out")


def test_a_picture_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    (tmp_path / "manifest.csv").write_text(
        "path,source,modality,body_part,group_id\nbad.png,s,CT,head,p\n", encoding="utf-8"
    )

    with pytest.raises(TrainingError, match=r"bad\.png"):
        train(recipe_of(tmp_path, phase("one", 5)), read_set(tmp_path), tmp_path / "out")


@pytest.mark.parametrize("damage", ["another model", "cut short"])
def test_a_checkpoint_that_does_not_fit_is_refused(
    data: TrainingSet, tmp_path: Path, damage: str
) -> None:
    train(recipe_of(tmp_path, phase("one", 1)), data, tmp_path / "out", device="cpu")
    if damage == "cut short":
        (tmp_path / "out" / "checkpoint.pt").write_bytes(b"PK")
    wider = MODEL.replace("DIM_PROJECTION: 16", "DIM_PROJECTION: 8")

    with pytest.raises(TrainingError, match="another folder with --out"):
        train(
            recipe_of(tmp_path, phase("one", 2), model=wider),
            data,
            tmp_path / "out",
            device="cpu",
            resume=True,
        )


def test_a_loss_that_is_no_number_stops_the_run(data: TrainingSet, tmp_path: Path) -> None:
    wild = phase("one", 9).replace("4e-3", "1e30")

    with pytest.raises(TrainingError, match="peak_rate"):
        train(recipe_of(tmp_path, wild), data, tmp_path / "out", device="cpu")


def test_a_named_tokenizer_is_used_as_it_is(data: TrainingSet, tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path, phase("one", 1))
    first = train(recipe, data, tmp_path / "first", device="cpu")

    named = replace(recipe, tokenizer="first/one/tokenizer.json")
    second = train(named, data, tmp_path / "second", device="cpu")

    files = [(folder / "tokenizer.json").read_text() for folder in (first, second)]
    assert files[0] == files[1]
    with pytest.raises(TrainingError, match=r"gone\.json"):
        train(replace(recipe, tokenizer="gone.json"), data, tmp_path / "third", device="cpu")
