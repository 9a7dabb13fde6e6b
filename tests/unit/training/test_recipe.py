"""Recipes: what they may say, and what they mean."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from core.errors import TrainingError
from encoders.medimageinsight.config import read_config
from training.augment import Augmentation
from training.captions import Habits
from training.recipe import (
    Batches,
    Likeness,
    Matching,
    Optimiser,
    Phase,
    Recipe,
    Tuning,
    read_recipe,
)

RECIPES = Path(__file__).parents[3] / "training" / "recipes"
DOCS = RECIPES.parents[1] / "docs" / "training.md"
PARTS = {Recipe: (Batches, Optimiser, Likeness, Matching, Tuning, Augmentation, Habits, Phase)}
SECTIONS = ("batches", "optimiser", "likeness", "matching", "tuning", "augmentation", "captions")
PHASE = '[[phases]]\nname = "one"\nsteps = 4\npeak_rate = 1e-3\nsides = [32, 64]\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_recipe_leaves_out_has_its_default(tmp_path: Path) -> None:
    recipe = read_recipe(written(tmp_path, f'model = "m.yaml"\n{PHASE}'))

    assert recipe.phases == (Phase("one", 4, 1e-3, (32, 64)),)
    assert recipe.batches.size == 128
    assert recipe.folder == tmp_path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f'model = "m"\nspeed = 3\n{PHASE}', "speed"),
        (f'model = "m"\n{PHASE}colour = 3\n', "phases.0.colour"),
        (f'model = "m"\n[augmentation]\nmagic = 1.0\n{PHASE}', "augmentation.magic"),
        (f'model = "m"\n[captions]\nrhyme = 1.0\n{PHASE}', "captions.rhyme"),
        (f'model = "m"\nseed = "many"\n{PHASE}', "seed"),
        (f'model = "m"\ndevelopment = 1.5\n{PHASE}', "development"),
        ('model = "m"\nphases = []\n', "phases"),
        (f'model = "m"\n{PHASE}{PHASE}', "same name"),
        (f'model = "m"\nstart_from = "f"\n{PHASE}', "one that is there"),
        (f'model = "m"\nthreads = 2\nbatches.at_once = 4\n{PHASE}', "at_once"),
        (f'model = "m"\n{PHASE.replace("one", "start")}', "called start"),
        (f'model = "m"\n{PHASE.replace("one", "../one")}', "phases.0.name"),
        ("model = ", "Cannot read"),
    ],
)
def test_what_a_recipe_may_not_say_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        read_recipe(written(tmp_path, text))


def test_a_recipe_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"gone\.toml"):
        read_recipe(tmp_path / "gone.toml")


def test_steps_run_through_the_phases_and_their_sides(tmp_path: Path) -> None:
    second = '[[phases]]\nname = "two"\nsteps = 3\npeak_rate = 1e-4\nsides = [96]\n'
    recipe = read_recipe(written(tmp_path, f'model = "m"\n{PHASE}{second}'))

    places = [
        (phase.name, within, phase.side_at(within))
        for phase, within in map(recipe.phase_at, range(7))
    ]

    assert recipe.steps == 7
    assert places == [
        ("one", 0, 32), ("one", 1, 32), ("one", 2, 64), ("one", 3, 64),
        ("two", 0, 96), ("two", 1, 96), ("two", 2, 96),
    ]  # fmt: skip
    with pytest.raises(IndexError):
        recipe.phase_at(7)


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_recipes_of_the_package_and_their_models_can_be_read(path: Path) -> None:
    recipe = read_recipe(path)

    config = read_config(path.parent / recipe.model)

    assert len(config.image.dims) == 4
    assert config.image.image_size[0] == recipe.phases[-1].sides[-1]


def keys_of(kind: type) -> set[str]:
    """Every key that a recipe may hold, without those above it."""
    names = {field.name for field in fields(kind)}
    return names | {key for part in PARTS.get(kind, ()) for key in keys_of(part)}


def test_every_key_is_explained() -> None:
    table = DOCS.read_text(encoding="utf-8").split("## The recipe")[1]
    explained = set(re.findall(r"[`.]([a-z_]+)`", table))

    missing = keys_of(Recipe) - explained - {"folder", "phases", *SECTIONS}

    assert not missing


def test_every_section_is_named_where_its_keys_are() -> None:
    table = DOCS.read_text(encoding="utf-8")

    assert all(f"`{section}." in table for section in (*SECTIONS, "phases"))
