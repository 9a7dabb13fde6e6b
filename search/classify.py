"""Zero-shot labels: which of these words fits a picture best."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidRequest
from core.types import Pixels
from encoders.base import Encoder
from encoders.zero_shot import probabilities


def classify(
    encoder: Encoder, images: Sequence[Pixels], labels: Sequence[str], multilabel: bool = False
) -> NDArray[np.float32]:
    """Probabilities (len(images), len(labels)) by softmax, or by sigmoid when `multilabel`.

    Raises InvalidRequest without labels, with an empty one or with one given twice.
    """
    _check(labels)
    pictures = encoder.embed_images([encoder.prepare(pixels) for pixels in images])
    texts = encoder.embed_texts(labels)
    return probabilities(
        pictures, texts, encoder.logit_scale, multilabel, logit_bias=encoder.logit_bias
    )


def _check(labels: Sequence[str]) -> None:
    if not labels or not all(label.strip() for label in labels):
        raise InvalidRequest("Cannot classify without labels. Name them as --labels 'a,b'.")
    if len(set(labels)) < len(labels):
        raise InvalidRequest("A label is given twice. Name each label once.")
