"""The images of a run: read, split, and drawn as batches that only the seed and step decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import TrainingError
from training.augment import augment
from training.manifest import Example, TrainingSet
from training.pictures import GreyPictures, load_pictures
from training.recipe import Phase, Recipe
from training.sampler import balanced, draw
from training.split import development_rows
from training.texts import writer_of
from training.vocabulary import Vocabulary, read_vocabulary


@dataclass(frozen=True, slots=True)
class Batch:
    """One step's images and captions, and what is true of what."""

    pictures: Tensor  # float (B, side, side) in 0..1
    texts: list[str]  # B
    positive: Tensor  # bool (texts, pictures)
    negative: Tensor
    same: Tensor  # bool (pictures, pictures): modality, body part and finding agree
    different: Tensor


class TrainingImages:
    """Every image that may be trained on."""

    def __init__(self, recipe: Recipe, data: TrainingSet, cache: Path) -> None:
        """Decode the images. Raises TrainingError."""
        kept_out = set(development_rows(data.examples, recipe.development, recipe.seed))
        vocabulary = read_vocabulary()
        self._recipe = recipe
        self.examples = [e for row, e in enumerate(data.examples) if row not in kept_out]
        self._pictures: GreyPictures = load_pictures(
            data.folder, self.examples, recipe.stored_side, cache
        )
        self._writer = writer_of(recipe, self.examples, vocabulary)
        self._classes = _classes(self.examples, vocabulary)
        self._drawn = {phase.name: self._probabilities(phase) for phase in recipe.phases}

    def corpus(self, count: int) -> list[str]:
        """Texts for a tokenizer to learn from."""
        return self._writer.corpus(count, np.random.default_rng(self._recipe.seed))

    def batch(self, step: int) -> Batch:
        """The batch of a step: the same one whenever, and after whatever, it is asked for."""
        phase, within = self._recipe.phase_at(step)
        rng = np.random.default_rng((self._recipe.seed, step))
        rows = draw(self._drawn[phase.name], self._recipe.batches.size, rng)
        written = self._writer.write(phase, rows, rng)
        same, different = self._classes.relations(rows)
        return Batch(
            pictures=self._augmented(rows, phase, phase.side_at(within), rng),
            texts=written.texts,
            positive=torch.from_numpy(written.positive),
            negative=torch.from_numpy(written.negative),
            same=torch.from_numpy(same),
            different=torch.from_numpy(different),
        )

    def _augmented(
        self, rows: NDArray[np.int64], phase: Phase, side: int, rng: np.random.Generator
    ) -> Tensor:
        generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
        pictures = torch.from_numpy(self._pictures[rows])
        how = phase.augmentation or self._recipe.augmentation
        return augment(pictures, side, how, generator)

    def _probabilities(self, phase: Phase) -> NDArray[np.float64]:
        kept = np.array([example.source not in phase.leave_out for example in self.examples])
        kept &= self._writer.has_text()
        if not kept.any():
            raise TrainingError(f"Phase {phase.name!r} leaves every source out.")
        batches = self._recipe.batches
        emphasis = batches.emphasis if phase.emphasis is None else phase.emphasis
        drawn = balanced(self.examples, batches.source_exponent, batches.class_exponent, emphasis)
        allowed: NDArray[np.float64] = drawn * kept / (drawn * kept).sum()
        return allowed


@dataclass(frozen=True, slots=True)
class _Classes:
    """What makes two images alike; a finding that the vocabulary lacks is left open."""

    regions: NDArray[np.int64]  # modality and body part; 0 where neither is known
    findings: NDArray[np.int64]  # 0 where none is known

    def relations(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(same, different); neither where one of two images of a region has a finding."""
        regions, findings = self.regions[rows], self.findings[rows]
        told = (regions > 0)[:, None] & (regions > 0)[None, :]
        region = regions[:, None] == regions[None, :]
        finding = findings[:, None] == findings[None, :]
        known = (findings > 0)[:, None] & (findings > 0)[None, :]
        return told & region & finding, told & (~region | (known & ~finding))


def _classes(examples: Sequence[Example], vocabulary: Vocabulary) -> _Classes:
    regions = [f"{example.modality} {example.body_part}".strip() for example in examples]
    findings = [e.finding if vocabulary.knows("finding", e.finding) else "" for e in examples]
    return _Classes(_numbers(["", *regions])[1:], _numbers(["", *findings])[1:])


def _numbers(names: Sequence[str]) -> NDArray[np.int64]:
    """Number names in their alphabetical order: "" is 0 where it occurs."""
    return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)
