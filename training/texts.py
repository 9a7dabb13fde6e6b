"""The texts that images are paired with, and which of them are right for which images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.errors import TrainingError
from training.captions import CaptionWriter
from training.facts import Relation, tabulate
from training.manifest import Example
from training.recipe import Phase, Recipe, Texts
from training.vocabulary import Vocabulary

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of a batch, one for each image."""

    texts: list[str]
    positive: Relation  # (texts, images)
    negative: Relation


class Writer(Protocol):
    """Gives images their texts."""

    def write(self, phase: Phase, rows: Rows, rng: Generator) -> Written:
        """Texts for these images, the same ones from the same generator."""

    def has_text(self) -> NDArray[np.bool_]:
        """Which images have one at all."""

    def corpus(self, count: int, rng: Generator) -> list[str]:
        """Texts for a tokenizer to learn from, about `count` of them written for images."""


def writer_of(recipe: Recipe, examples: Sequence[Example], vocabulary: Vocabulary) -> Writer:
    """Who writes the texts that a recipe asks for. Raises TrainingError without any."""
    if recipe.texts is Texts.LABELS:
        return Labels(recipe, examples, vocabulary)
    return Reports(examples)


class Labels:
    """Captions of some of an image's labels; right for every image that they are true of."""

    def __init__(self, recipe: Recipe, examples: Sequence[Example], vocabulary: Vocabulary) -> None:
        self._examples = examples
        self._vocabulary = vocabulary
        self._facts = tabulate(examples, vocabulary)
        self._usual = CaptionWriter(vocabulary, recipe.captions)
        self._writers = {
            phase.name: CaptionWriter(vocabulary, phase.captions or recipe.captions)
            for phase in recipe.phases
        }

    def write(self, phase: Phase, rows: Rows, rng: Generator) -> Written:
        """Captions for these images."""
        writer = self._writers[phase.name]
        captions = [writer.write(self._examples[row], rng) for row in rows]
        relations = self._facts.relations([caption.facts for caption in captions], rows)
        return Written([caption.text for caption in captions], *relations)

    def has_text(self) -> NDArray[np.bool_]:
        """Any image has labels, or a caption that says little."""
        return np.ones(len(self._examples), np.bool_)

    def corpus(self, count: int, rng: Generator) -> list[str]:
        """The vocabulary, reports and random captions."""
        rows = rng.integers(len(self._examples), size=count)
        written = [self._usual.write(self._examples[row], rng).text for row in rows]
        reports = [example.report for example in self._examples if example.report]
        return [*self._vocabulary.phrases(), *reports, *written]


def text_of(example: Example) -> str:
    """The report of an image, or its caption."""
    return example.report or example.caption


class Reports:
    """The report of each image, or its caption; right for the images whose text is the same."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Raises TrainingError when no image has a text."""
        self._texts = [text_of(example) for example in examples]
        self._numbers = np.unique(np.array(self._texts), return_inverse=True)[1]
        if not any(self._texts):
            raise TrainingError(
                'No image has a report or a caption, which `texts = "reports"` trains on.'
            )

    def write(self, phase: Phase, rows: Rows, rng: Generator) -> Written:  # noqa: ARG002
        """The texts of these images."""
        numbers = self._numbers[rows]
        same = numbers[:, None] == numbers[None, :]
        return Written([self._texts[row] for row in rows], same, ~same)

    def has_text(self) -> NDArray[np.bool_]:
        """Those with a report or a caption."""
        return np.array([bool(text) for text in self._texts])

    def corpus(self, count: int, rng: Generator) -> list[str]:
        """Texts of random images."""
        rows = rng.choice(np.flatnonzero(self.has_text()), size=count)
        return [self._texts[row] for row in rows]
