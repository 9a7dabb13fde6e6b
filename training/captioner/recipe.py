"""A captioner's training run as a TOML file says it."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from core.errors import TrainingError
from training.augment import Augmentation
from training.recipe import STRICT, Batches, Count, Fraction, Positive, first_problem


@dataclass(frozen=True, slots=True, config=STRICT)
class Decoder:
    """The small language model; `encoders.captioner.small_model.SmallShape` has the rest."""

    hidden: Count = 192
    layers: Count = 4
    heads: Count = 4
    intermediate: Count = 512


@dataclass(frozen=True, slots=True, config=STRICT)
class Stage:
    """Some steps in which a part of the model learns; it goes on from the stage before."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]  # of the folder that its weights go to
    trains: Literal["decoder", "projector", "both"]  # "decoder": on texts alone, no picture
    steps: Count
    peak_rate: Positive
    warmup: Count = 50
    floor: Fraction = 0.01  # of the peak rate, at the last step


@dataclass(frozen=True, slots=True, config=STRICT)
class CaptionerRecipe:
    """Everything that decides what weights come out, besides the images and the encoder."""

    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    encoder: str = "mini"  # a registered encoder that can tell its regions
    seed: int = 0
    development: Fraction = 0.12  # of the groups: the encoder's own split, or it has seen them
    leave_out: tuple[str, ...] = ()  # sources that are never seen
    stored_side: Count = 128  # pixels, of the decoded pictures that crops are taken from
    draws: Count = 12000  # pictures whose regions are kept, each changed in its own way
    plain: Fraction = 0.3  # of the draws: pictures as they are
    grid: Count = 3  # regions per side that the decoder sees
    tokens: Count = 400  # of the vocabulary that the tokenizer learns
    report_every: Count = 50  # steps, between lines of progress
    weight_decay: float = 0.05
    largest_gradient: Positive = 1.0  # norm
    decoder: Decoder = Decoder()
    batches: Batches = Batches()
    augmentation: Augmentation = Augmentation()


def read_captioner_recipe(path: Path) -> CaptionerRecipe:
    """Read a recipe. Raises TrainingError for a file, key or value that cannot be used."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        recipe = TypeAdapter(CaptionerRecipe).validate_python(table)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"Cannot read the recipe {path}: {error}.") from error
    except ValidationError as error:
        raise TrainingError(f"Cannot use the recipe {path}: {first_problem(error)}.") from error
    if len({stage.name for stage in recipe.stages}) < len(recipe.stages):
        raise TrainingError(f"Cannot use the recipe {path}: two stages have the same name.")
    return recipe
