"""Texts that ask for all sorts of pictures: what other text queries reach in a collection."""

from typing import Final

from core.types import Embeddings
from search.encoding import Means, embed_texts
from search.language.understanding import understand
from storage.kept_rows import KeptRows

NEUTRAL_TEXTS: Final = (
    *("x-ray of the chest", "x-ray of the hand", "x-ray of the pelvis", "x-ray of the knee"),
    *("CT of the head", "CT of the chest", "CT of the abdomen", "CT of the neck"),
    *("MRI of the brain", "MRI of the spine", "MRI of the knee", "MRI of the breast"),
    *("ultrasound of the liver", "ultrasound of the heart", "mammogram", "bone scan"),
    *("fracture", "tumour", "pneumonia", "haemorrhage"),
)


def neutral_rows(means: Means, kept: KeptRows) -> Embeddings:
    """The rows of these texts (n, dim), each as a query of its own.

    An encoder embeds them once for a home; rows of other texts, or of another encoder, are of
    another key.
    """
    said = [understand(text, means.card).terms for text in NEUTRAL_TEXTS]
    key = repr((means.card.space(), said))
    rows = kept.get(key, means.card.dim)
    if rows is None:
        rows = embed_texts(NEUTRAL_TEXTS, means)
        kept.put(key, rows)
    return rows
