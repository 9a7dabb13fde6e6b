"""A training run as a TOML file says it; the package's own are in training/recipes."""

import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from core.errors import TrainingError
from training.augment import Augmentation
from training.captions import Habits

STRICT = ConfigDict(extra="forbid")
Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0)]
Positive = Annotated[float, Field(gt=0)]


class Loss(StrEnum):
    """What draws a picture and its text together."""

    INFO_NCE = "infonce"  # against the other texts and pictures of the batch, with a temperature
    SIGMOID = "sigmoid"  # every pair by itself, with a temperature and a bias


class Texts(StrEnum):
    """What the pictures are paired with."""

    LABELS = "labels"  # captions that are written from the labels of the manifest
    REPORTS = "reports"  # the reports of the manifest, and where there is none the captions


class Layers(StrEnum):
    """What of an encoder is trained."""

    ALL = "all"
    LAST = "last"  # of each tower the last layers, and all that follows
    LORA = "lora"  # a sum of few rows beside every product of the towers, and all that follows


@dataclass(frozen=True, slots=True, config=STRICT)
class Tuning:
    """What of an encoder is trained; the rest stays as it is."""

    layers: Layers = Layers.ALL
    last: Count = 1  # layers of each tower, with `last`
    rank: Count = 8  # with `lora`
    alpha: Positive = 16.0  # with `lora`: over the rank, the factor on what is added


@dataclass(frozen=True, slots=True, config=STRICT)
class Matching:
    """The term that trains a fusion block, beside the contrastive loss."""

    weight: Positive = 1.0


@dataclass(frozen=True, slots=True, config=STRICT)
class Batches:
    """What a batch is made of; `training.sampler.balanced` explains the exponents."""

    size: Count = 128
    at_once: Count | None = None  # pictures that are in the towers at a time; None: all
    source_exponent: Fraction = 0.3
    class_exponent: Fraction = 0.5
    emphasis: dict[str, Positive] = Field(default_factory=dict)  # source -> factor on its share


@dataclass(frozen=True, slots=True, config=STRICT)
class Optimiser:
    """AdamW, and the mean of the weights that is kept."""

    weight_decay: float = 0.05
    betas: tuple[float, float] = (0.9, 0.98)
    largest_gradient: Positive = 1.0  # norm
    average: Fraction = 0.998  # decay of the running mean
    largest_scale: Positive = 100.0  # of the logits (CLIP)


@dataclass(frozen=True, slots=True, config=STRICT)
class Likeness:
    """The image to image term beside the contrastive loss."""

    weight: float = 0.5
    scale: Positive = 10.0


@dataclass(frozen=True, slots=True, config=STRICT)
class Phase:
    """A schedule of its own over some of the sources; it goes on from the phase before."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]  # of the folder that its weights go to
    steps: Count
    peak_rate: Positive
    sides: tuple[Count, ...]  # pixels; each holds for an equal part of the steps
    warmup: Count = 100
    floor: Fraction = 0.01  # of the peak rate, at the last step
    leave_out: tuple[str, ...] = ()  # sources that this phase never sees
    emphasis: dict[str, Positive] | None = None  # these four: instead of the recipe's
    likeness: Likeness | None = None
    augmentation: Augmentation | None = None
    captions: Habits | None = None

    def side_at(self, step: int) -> int:
        """The side of the pictures at a step of this phase, from 0."""
        return self.sides[step * len(self.sides) // self.steps]


@dataclass(frozen=True, slots=True, config=STRICT)
class Recipe:
    """Everything that decides what weights come out, besides the images."""

    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    encoder: str = "mini"  # of the registry
    model: str = ""  # the configuration of a new one, relative to the recipe's folder, as these:
    start_from: str = ""  # instead: a folder with weights; with neither, its usual ones
    image_tower: str = ""  # a folder of transformers that a new resnet_bert has its ResNet from
    text_tower: str = ""  # the same for its BERT
    tokenizer: str = ""  # a tokenizer.json for a new one; learnt from the texts if not given
    loss: Loss = Loss.INFO_NCE
    texts: Texts = Texts.LABELS
    seed: int = 0
    development: Fraction = 0.12  # of the groups of each source, never trained on
    stored_side: Count = 128  # pixels, of the decoded pictures that crops are taken from
    report_every: Count = 50  # steps, between lines of progress and checkpoints
    tokens: Count = 2000  # of the vocabulary that the tokenizer learns
    threads: Count = 1  # that share a batch; more than one helps on a CPU
    mixed_precision: bool = True  # bfloat16 products; slow on a CPU without AVX512_BF16 or AMX
    batches: Batches = Batches()
    optimiser: Optimiser = Optimiser()
    likeness: Likeness = Likeness()
    matching: Matching | None = None  # None: the usual one where there is a fusion block
    tuning: Tuning = Tuning()
    augmentation: Augmentation = Augmentation()
    captions: Habits = Habits()
    folder: Path = Path()  # where the recipe came from

    @property
    def steps(self) -> int:
        """Of all phases together."""
        return sum(phase.steps for phase in self.phases)

    def phase_at(self, step: int) -> tuple[Phase, int]:
        """The phase of a step of the whole run, and the step within it. Both from 0."""
        for phase in self.phases:
            if step < phase.steps:
                return phase, step
            step -= phase.steps
        raise IndexError(step)


def read_recipe(path: Path) -> Recipe:
    """Read a recipe. Raises TrainingError for a file, key or value that cannot be used."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        recipe = TypeAdapter(Recipe).validate_python({**table, "folder": path.parent})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainingError(f"Cannot read the recipe {path}: {error}.") from error
    except ValidationError as error:
        raise TrainingError(f"Cannot use the recipe {path}: {first_problem(error)}.") from error
    for why in _contradictions(recipe):
        raise TrainingError(f"Cannot use the recipe {path}: {why}.")
    return recipe


def _contradictions(recipe: Recipe) -> Iterator[str]:
    if len({phase.name for phase in recipe.phases}) < len(recipe.phases):
        yield "two phases have the same name"
    if "start" in {phase.name for phase in recipe.phases}:
        yield "no phase can be called start, which is the folder of what it begins with"
    if recipe.model and recipe.start_from:
        yield "`model` is for a new encoder and `start_from` for one that is there"
    if recipe.threads > 1 and recipe.batches.at_once:
        yield "`threads` have a batch in memory at once, which `batches.at_once` is to avoid"


def first_problem(error: ValidationError) -> str:
    """Where in a recipe the first wrong value stands, and what is wrong with it."""
    problem = error.errors()[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
