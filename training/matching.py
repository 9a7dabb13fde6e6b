"""Learning to tell whether a picture and a text belong together, from pairs that nearly do.

Source: Li et al., "Align before Fuse" (ALBEF, NeurIPS 2021), section 3.2: the wrong pairs are drawn
from the batch, the likelier the nearer the two towers put them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.losses import Pairs, blocks

Match = Callable[[Tensor, Tensor, Tensor], Tensor]  # tokens of both, real ones -> logits (B,)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens that the rows of a batch were made of."""

    images: Tensor  # (n, N, width)
    texts: Tensor  # (n, L, width)
    is_real: Tensor  # bool (n, L)


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs to be judged: the text and the image of each, and whether they belong together."""

    texts: Tensor  # (pairs,)
    images: Tensor  # (pairs,)
    true: Tensor  # float (pairs,)


def matching(match: Match, tokens: Tokens, pairs: Pairs, at_once: int) -> Iterator[Tensor]:
    """Binary cross-entropy over right and nearly right pairs: pieces of `at_once` pairs."""
    asked = near_matches(pairs)
    for rows in blocks(len(asked.true), at_once):
        texts, images = asked.texts[rows], asked.images[rows]
        logits = match(tokens.images[images], tokens.texts[texts], tokens.is_real[texts])
        judged = functional.binary_cross_entropy_with_logits(
            logits.float(), asked.true[rows], reduction="sum"
        )
        yield judged / len(asked.true)


@torch.no_grad()
def near_matches(pairs: Pairs) -> Matches:
    """Each text with its own image, with a wrong one, and its image with a wrong text.

    A text or image that is wrong for none of the other side has no wrong pair.
    """
    logits = pairs.logits(slice(None))
    own = torch.arange(len(logits), device=logits.device)
    texts, wrong_images = _drawn(logits, pairs.negative)
    images, wrong_texts = _drawn(logits.T, pairs.negative.T)
    right, wrong = torch.ones(len(own)), torch.zeros(len(texts) + len(images))
    return Matches(
        torch.cat([own, texts, wrong_texts]),
        torch.cat([own, wrong_images, images]),
        torch.cat([right, wrong]).to(logits.device),
    )


def _drawn(logits: Tensor, negative: Tensor) -> tuple[Tensor, Tensor]:
    """For each row that has a negative, one of them by softmax: (rows,), (columns,)."""
    rows = negative.any(dim=1).nonzero()[:, 0]
    chances = logits[rows].masked_fill(~negative[rows], -torch.inf).softmax(dim=1)
    if not len(rows):
        return rows, rows
    return rows, torch.multinomial(chances, 1)[:, 0]
