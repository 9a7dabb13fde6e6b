"""An encoder with an adapter behind it."""

from collections.abc import Sequence

import numpy as np

from core.errors import CardMismatch
from core.types import Embeddings, EncoderCard, Matches, Pixels, Prepare, Regions, Unread
from encoders.adapters import Adapter
from encoders.base import Encoder


class AdaptedEncoder:
    """The variant of an encoder: its rows, turned."""

    def __init__(self, encoder: Encoder, adapter: Adapter) -> None:
        """Raises CardMismatch for an adapter of another encoder."""
        if not encoder.card.shares_space_with(adapter.base):
            raise CardMismatch(
                f"The adapter {adapter.name!r} is of {adapter.base.name} {adapter.base.version} "
                f"({adapter.base.weights_sha256[:12]}), but the encoder at hand is "
                f"{encoder.card.name} {encoder.card.version} ({encoder.card.weights_sha256[:12]})."
            )
        self.encoder = encoder
        self.adapter = adapter
        self.card: EncoderCard = adapter.card

    @property
    def device(self) -> str:
        """Where the encoder runs."""
        return self.encoder.device

    @property
    def at_once(self) -> int:
        """As the encoder."""
        return self.encoder.at_once

    @property
    def prepare(self) -> Prepare:
        """As the encoder."""
        return self.encoder.prepare

    def kept(self, height: int, width: int) -> tuple[float, float]:
        """As the encoder."""
        return self.encoder.kept(height, width)

    @property
    def logit_scale(self) -> float:
        """As the encoder: probabilities of labels are as little calibrated as its own."""
        return self.encoder.logit_scale

    @property
    def logit_bias(self) -> float:
        """As the encoder."""
        return self.encoder.logit_bias

    @property
    def reads_texts(self) -> bool:
        """As the encoder."""
        return self.encoder.reads_texts

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        """Embed pictures that went through `prepare`: n of (S, S, 3) -> (n, dim)."""
        return self.adapter.turned(self.encoder.embed_images(prepared))

    def regions(self, prepared: Sequence[Pixels]) -> Regions:
        """What each region adds to a picture's row; the matrix turns the parts as their sum."""
        parts = self.encoder.regions(prepared) @ self.adapter.matrix.T
        lengths = np.linalg.norm(parts.mean(axis=(1, 2)), axis=1) if len(parts) else np.ones(0)
        regions: Regions = (parts / lengths[:, None, None, None]).astype(np.float32)
        return regions

    def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts: n strings -> (n, dim)."""
        return self.adapter.turned(self.encoder.embed_texts(texts))

    def match(self, prepared: Sequence[Pixels], texts: Sequence[str]) -> Matches:
        """As the encoder: a fusion block reads what comes before the rows."""
        return self.encoder.match(prepared, texts)

    def unread(self, text: str) -> Unread | None:
        """As the encoder."""
        return self.encoder.unread(text)


def taken_apart(encoder: Encoder) -> tuple[Encoder, tuple[Adapter, ...]]:
    """The encoder itself, and the adapters behind it in their order."""
    if isinstance(encoder, AdaptedEncoder):
        itself, before = taken_apart(encoder.encoder)
        return itself, (*before, encoder.adapter)
    return encoder, ()


def put_together(encoder: Encoder, adapters: Sequence[Adapter]) -> Encoder:
    """An encoder with adapters behind it. Raises CardMismatch for those of another."""
    for adapter in adapters:
        encoder = AdaptedEncoder(encoder, adapter)
    return encoder
