"""A training run as a TOML file says it; the package's own are in training/recipes."""

import tomllib
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


@dataclass(frozen=True, slots=True, config=STRICT)
class Batches:
    """What a batch is made of; `training.sampler.balanced` explains the exponents."""

    size: Count = 128
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
    model: str  # a config.yaml, relative to the recipe's folder
    tokenizer: str = ""  # a tokenizer.json, relative too; learnt from the captions if not given
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
        raise TrainingError(f"Cannot use the recipe {path}: {_first(error)}.") from error
    if len({phase.name for phase in recipe.phases}) < len(recipe.phases):
        raise TrainingError(f"Cannot use the recipe {path}: two phases have the same name.")
    return recipe


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
