"""How well an encoder finds the pictures that a text was written of."""

from collections.abc import Sequence

import numpy as np

from core.types import Embeddings
from encoders.base import Encoder


def pair_summary(encoder: Encoder, pictures: Embeddings, texts: Sequence[str]) -> dict[str, float]:
    """Of all different texts, how many find a picture of theirs first, and among the first ten.

    `texts` has the text of each picture; those without one are left out. nan without any.
    """
    told = [row for row, text in enumerate(texts) if text]
    asked = sorted({texts[row] for row in told})
    if not asked:
        return {"text_recall_1": float("nan"), "text_recall_10": float("nan")}
    of = np.array([asked.index(texts[row]) for row in told])
    scores = encoder.embed_texts(asked) @ pictures[told].T
    order = np.argsort(-scores, axis=1, kind="stable")
    first = (of[order] == np.arange(len(asked))[:, None]).argmax(axis=1)
    return {f"text_recall_{k}": float((first < k).mean()) for k in (1, 10)}
