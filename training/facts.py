"""Labels as facts: which captions are true of which images, known false, or left open.

A caption is right for every image of which all its facts are known, not for its own image alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.manifest import Example
from training.vocabulary import KINDS, Vocabulary

Fact = tuple[str, str]  # kind, label
Relation = NDArray[np.bool_]  # (captions, images)

# What a source would have said if it were so: silence about these counts as "no".
TOLD_WHEN_TRUE = ("patient", "finding")


def labels_of(example: Example, vocabulary: Vocabulary) -> list[Fact]:
    """The labels of one image as its source gives them, narrowest first."""
    single = [(kind, getattr(example, kind)) for kind in ("modality", "body_part", "view")]
    findings = [("finding", name.strip()) for name in example.finding.split(";")]
    return [fact for fact in [*single, *findings] if fact[1]] + _said(example, vocabulary)


def facts_of(example: Example, vocabulary: Vocabulary) -> frozenset[Fact]:
    """All that holds for one image, with what its labels imply."""
    labels = labels_of(example, vocabulary)
    return frozenset(fact for label in labels for fact in implied(label, vocabulary))


def implied(label: Fact, vocabulary: Vocabulary) -> list[Fact]:
    """The fact that a label states, and the broader ones that follow from it."""
    kind, name = label
    term = vocabulary.term(kind, name)
    return [(kind, term.counts_as or name), *((kind, broader) for broader in term.implies)]


def _said(example: Example, vocabulary: Vocabulary) -> list[Fact]:
    words = set(example.caption.lower().replace(",", " ").split())
    terms = vocabulary.terms["patient"].items()
    return [("patient", name) for name, term in terms if words & set(term.found_in_captions)]


@dataclass(frozen=True, slots=True)
class FactTable:
    """What is known of every image, as a matrix."""

    facts: dict[Fact, int]  # fact -> column
    holds: NDArray[np.float32]  # (images, facts): 1 where the fact is known to be true
    denied: NDArray[np.float32]  # (images, facts): 1 where it is known to be false

    def relations(
        self, captions: Sequence[Collection[Fact]], rows: NDArray[np.int64]
    ) -> tuple[Relation, Relation]:
        """(positive, negative) for captions against images; neither where the source is silent."""
        stated = np.zeros((len(captions), len(self.facts)), np.float32)
        for caption, facts in enumerate(captions):
            stated[caption, [self.facts[fact] for fact in facts]] = 1
        open_or_false = stated @ (1 - self.holds[rows]).T
        return open_or_false == 0, stated @ self.denied[rows].T > 0


def tabulate(examples: Sequence[Example], vocabulary: Vocabulary) -> FactTable:
    """Make the table of all facts of all images."""
    known = [facts_of(example, vocabulary) for example in examples]
    columns = {fact: column for column, fact in enumerate(sorted(frozenset().union(*known)))}
    holds = np.zeros((len(examples), len(columns)), np.float32)
    for row, facts in enumerate(known):
        holds[row, [columns[fact] for fact in facts]] = 1
    return FactTable(columns, holds, _denied(columns, holds))


def _denied(columns: dict[Fact, int], holds: NDArray[np.float32]) -> NDArray[np.float32]:
    kinds = np.array([KINDS.index(kind) for kind, _ in columns])
    same_kind = (kinds[:, None] == kinds[None, :]).astype(np.float32)
    told = holds @ same_kind > 0  # the image has some fact of this kind
    told |= np.isin(kinds, [KINDS.index(kind) for kind in TOLD_WHEN_TRUE])
    denied: NDArray[np.float32] = (told & (holds == 0)).astype(np.float32)
    return denied
