"""Labels as texts: how probable each one is for each picture, without training."""

import numpy as np
from numpy.typing import NDArray

from core.types import Embeddings


def probabilities(
    images: Embeddings,
    labels: Embeddings,
    logit_scale: float,
    multilabel: bool,
    logit_bias: float = 0.0,
) -> NDArray[np.float32]:
    """Probabilities (n, labels) from embeddings (n, dim) and (labels, dim).

    Either the labels exclude each other (softmax, rows sum to 1), or, with `multilabel`, each is
    judged alone (sigmoid). Without an offset, an unrelated label with a cosine
    just above zero is already past 0.5: the values rank labels, they are not calibrated. An encoder
    that was trained with a sigmoid brings an offset, `logit_bias`, which softmax does not notice.
    Source: Radford et al. (2021), section 3.1.2; the sigmoid as MedImageInsight publishes it.
    """
    logits = logit_scale * (images @ labels.T) + np.float32(logit_bias)
    return _sigmoid(logits) if multilabel else _softmax(logits)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 / (1 + exp(-x)) by way of tanh, which never overflows."""
    return np.float32(0.5) * (1 + np.tanh(logits / 2))
