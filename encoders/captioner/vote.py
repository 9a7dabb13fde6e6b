"""How neighbours take part in a text: what is likely for the picture, and what they are told to be.

A text t is chosen by  log p(t | picture) + log v(t),  where v(t) is its share of the neighbours'
similarity, a neighbour of no candidate's words counting for none of them, and one vote of the
smallest size for every candidate, so that none is ruled out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.machine_text import Neighbour

SMALLEST = 0.1  # the vote that every candidate has, beside similarities of at most 1


@dataclass(frozen=True, slots=True)
class Ballot:
    """Texts, and how likely each is for the picture."""

    texts: tuple[str, ...]
    likelihoods: tuple[float, ...]  # natural logarithms


def candidates(own: str, neighbours: Sequence[Neighbour]) -> list[str]:
    """The captioner's own text first, then the neighbours' words, each once."""
    return list(dict.fromkeys([own, *(each.words for each in neighbours if each.words)]))


def best(ballot: Ballot, neighbours: Sequence[Neighbour]) -> str:
    """The text with the highest sum; of equal ones the first."""
    votes = dict.fromkeys(ballot.texts, SMALLEST)
    for each in neighbours:
        if each.words in votes:
            votes[each.words] += max(each.similarity, 0.0)
    total = sum(votes.values())
    scores = {
        text: likelihood + math.log(votes[text] / total)
        for text, likelihood in zip(ballot.texts, ballot.likelihoods, strict=True)
    }
    return max(scores, key=lambda text: scores[text])
