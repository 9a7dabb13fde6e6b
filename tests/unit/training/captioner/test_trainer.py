"""What a stage of a captioner's training learns, and what it leaves alone."""

import re
from dataclasses import fields
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

import training
from core.errors import TrainingError
from encoders.captioner.small_model import SmallShape
from training.captioner.recipe import CaptionerRecipe, Decoder, Stage, read_captioner_recipe
from training.captioner.tokens import train_caption_tokenizer
from training.captioner.trainer import CaptionerTrainer
from training.recipe import Batches, read_recipe

CAPTIONS = ["CT of the head.", "X-ray of the hand.", "MRI of the breast.", "CT of the chest: mass."]
TOKENIZER = train_caption_tokenizer(CAPTIONS * 2, 300)
SHAPE = SmallShape(8, 2, TOKENIZER.get_vocab_size(), 32, 2, 2, 48, 20)
STAGES = (
    Stage("language", "decoder", 60, 3e-3, 5),
    Stage("projector", "projector", 60, 3e-3, 5),
    Stage("both", "both", 120, 3e-3, 5),
)
RECIPE = CaptionerRecipe(STAGES, seed=1, decoder=Decoder(32, 2, 2, 48), batches=Batches(size=16))


def trainer() -> CaptionerTrainer:
    """Sixty pictures of four kinds, each with a direction of its own and some noise."""
    rng = np.random.default_rng(0)
    kinds = np.arange(60) % 4
    regions = np.eye(8)[kinds][:, None, None, :] + 0.1 * rng.standard_normal((60, 2, 2, 8))
    rows = [TOKENIZER.encode(CAPTIONS[kind]).ids for kind in kinds]
    half = (regions / 8**0.5).astype(np.float16)
    return CaptionerTrainer(RECIPE, SHAPE, half, rows, torch.device("cpu"))


def written(one: CaptionerTrainer) -> list[str]:
    regions = np.eye(8, dtype=np.float32)[:4, None, None, :].repeat(2, 1).repeat(2, 2) / 8**0.5
    seen = one.model.see(torch.from_numpy(regions))
    return [TOKENIZER.decode(ids) for ids in one.model.write(seen)]


def test_any_text_comes_back_as_it_was() -> None:
    for text in (*CAPTIONS, "Ein Ödem, 3 cm!", "头颅"):
        assert TOKENIZER.decode(TOKENIZER.encode(text).ids) == text
    assert TOKENIZER.encode("CT").ids[0] == SHAPE.start
    assert TOKENIZER.encode("CT").ids[-1] == SHAPE.end


def test_three_stages_learn_to_describe_and_the_first_alone_cannot() -> None:
    one = trainer()

    list(one.run(STAGES[0]))
    assert len(set(written(one))) < 4
    for stage in STAGES[1:]:
        losses = [loss for _, loss in one.run(stage)]
        assert losses[-1] < losses[0]
    assert written(one) == CAPTIONS


@pytest.mark.parametrize(
    ("stage", "still"), [(STAGES[0], "projector"), (STAGES[1], "decoder"), (STAGES[2], "")]
)
def test_a_stage_leaves_the_other_part_alone(stage: Stage, still: str) -> None:
    one = trainer()
    before = {key: value.clone() for key, value in one.model.state_dict().items()}
    steps = one.run(stage)
    next(steps)
    next(steps)

    changed = {key for key, value in one.model.state_dict().items() if not value.equal(before[key])}
    assert {key.split(".")[0] for key in changed} == {"projector", "decoder"} - {still}


def test_the_same_seed_gives_the_same_weights() -> None:
    assert list(islice(trainer().run(STAGES[2]), 3)) == list(islice(trainer().run(STAGES[2]), 3))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("stages = []", "stages"),
        ("[[stages]]\nname='a'\ntrains='tower'\nsteps=1\npeak_rate=1.0", "stages.0.trains"),
        ("colour = 1", "stages"),
        ("= 3", "Cannot read the recipe"),
        ("[[stages]]\nname='a'\ntrains='both'\nsteps=1\npeak_rate=1.0\n" * 2, "same name"),
    ],
)
def test_a_recipe_that_cannot_be_used_says_why(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "recipe.toml").write_text(text)

    with pytest.raises(TrainingError, match=why):
        read_captioner_recipe(tmp_path / "recipe.toml")


def test_the_recipe_of_the_shipped_captioner_has_the_split_of_its_encoder() -> None:
    folder = Path(training.__file__).parent
    recipe = read_captioner_recipe(folder / "captioner" / "mini.toml")
    encoder = read_recipe(folder / "recipes" / "radseek-mini.toml")

    assert recipe.encoder == "mini"
    assert (recipe.seed, recipe.development) == (encoder.seed, encoder.development)
    assert [stage.trains for stage in recipe.stages] == ["decoder", "projector", "both"]


def test_every_key_of_a_recipe_is_documented() -> None:
    page = (Path(training.__file__).parents[1] / "docs" / "training.md").read_text()
    names = {field.name for kind in (CaptionerRecipe, Stage, Decoder) for field in fields(kind)}

    assert [name for name in sorted(names) if not re.search(rf"{name}[`.]", page)] == []
