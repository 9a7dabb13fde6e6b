"""An encoder made of towers: pictures and texts to unit embeddings, on CPU or GPU."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from core.errors import InvalidRequest
from core.types import Embeddings, EncoderCard, Matches, Pixels, Regions, Unread
from encoders.capacity import Capacity, Entry
from encoders.fusing import Fuses
from encoders.inference import Inference
from encoders.towers import DualModel, ImageModel, Resize, SeesRegions

TEXTS_AT_ONCE = 64
# What the widest map of a batch of pictures may take, in float32. A CPU wants it in its cache: with
# DaViT, 37 pictures of 96 pixels, one of 480. A GPU wants much work at once: 145 of 480 pixels.
WIDEST_MAP_BYTES = {"cpu": 2**24, "cuda": 2**33}


class TowerEncoder:
    """Towers with their tokenizer and resize. Safe to share between threads."""

    def __init__(
        self, model: ImageModel | DualModel, card: EncoderCard, device: torch.device
    ) -> None:
        """Take over a loaded model in evaluation mode. Raises EncoderError if it does not fit."""
        self._model = model
        self._inference = Inference(model, device)
        self._card = card
        self._device = device
        self._images = Capacity(pictures_at_once(model.widest_map, device))
        self._texts = Capacity(TEXTS_AT_ONCE)
        self._logit_scale, self._logit_bias = _logits(model)

    @property
    def card(self) -> EncoderCard:
        """What a collection made with this encoder is bound to."""
        return self._card

    @property
    def device(self) -> str:
        """Where it runs: "cpu", "cuda:0", ..."""
        return str(self._device)

    @property
    def at_once(self) -> int:
        """How many pictures fill its device; fewer after it ran out of memory."""
        return self._images.at_once

    @property
    def prepare(self) -> Resize:
        """The encoder's own resize."""
        return self._model.prepare

    def kept(self, height: int, width: int) -> tuple[float, float]:
        """The shares of a picture's height and width, about its middle, that `prepare` keeps."""
        return self._model.prepare.kept(height, width)

    @property
    def logit_scale(self) -> float:
        """The factor on cosines before softmax or sigmoid; 1 of an encoder without texts."""
        return self._logit_scale

    @property
    def logit_bias(self) -> float:
        """What is added to scaled cosines before a sigmoid; 0 of one trained without."""
        return self._logit_bias

    @property
    def reads_texts(self) -> bool:
        """Whether texts can be embedded."""
        return isinstance(self._model, DualModel)

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        """Embed pictures that went through `prepare`: n of (S, S, 3) -> (n, dim).

        Out of device memory, fewer are taken at once, from then on. Raises ValueError for a
        picture of another shape, EncoderError when one alone does not fit.
        """
        self._require_prepared(prepared)
        return self._rows(prepared, self._images, self._inference.embed_pictures)

    def regions(self, prepared: Sequence[Pixels]) -> Regions:
        """What each region adds to a row: n of (S, S, 3) -> (n, h, w, dim).

        The mean over the regions is the row that `embed_images` gives. Raises as that does, and
        InvalidRequest of an encoder whose rows are no mean of regions.
        """
        self._require_prepared(prepared)
        tower = self._model.tower
        if not isinstance(tower, SeesRegions):
            raise InvalidRequest(
                f"{self._card.name} sums up a picture by attention, so its regions have no share "
                "of the score that could be read off. Cover them in turn: `--method covering`."
            )
        if not prepared:
            return np.empty((0, 0, 0, self._card.dim), np.float32)
        tokens = self._images.each(prepared, partial(self._inference.embed_regions, tower))
        regions: Regions = tokens.cpu().numpy()
        return regions

    def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts: n strings -> (n, dim). What exceeds the context length is cut off.

        Raises InvalidRequest of an encoder that reads no texts.
        """
        model = self._reading()
        rows = model.tokens.encode(texts)
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))  # little padding per batch
        by_length = [rows[at] for at in order]
        embeddings = np.empty((len(rows), self._card.dim), np.float32)
        embed = partial(self._inference.embed_ids, model)
        embeddings[order] = self._rows(by_length, self._texts, embed)
        return embeddings

    def unread(self, text: str) -> Unread | None:
        """What of a text exceeds the context length; None for one that is read to its end.

        Raises as `embed_texts`.
        """
        return self._reading().tokens.unread(text)

    def match(self, prepared: Sequence[Pixels], texts: Sequence[str]) -> Matches:
        """How probably each picture fits each text: n of (S, S, 3) -> (n, texts).

        Raises InvalidRequest of an encoder without a fusion block.
        """
        model = self._reading()
        tower = model.tower
        if not isinstance(tower, Fuses):
            raise InvalidRequest(
                f"{self._card.name} reads pictures and texts apart, and nothing in it reads them "
                "together to order hits anew. Leave --rerank out, or take an encoder with a "
                "fusion block such as resnet_bert."
            )
        self._require_prepared(prepared)
        if not prepared or not texts:
            return np.empty((len(prepared), len(texts)), np.float32)
        logits = self._images.each(prepared, partial(self._inference.match, tower, model, texts))
        matches: Matches = logits.sigmoid().cpu().numpy()
        return matches

    def _reading(self) -> DualModel:
        if isinstance(self._model, DualModel):
            return self._model
        raise InvalidRequest(
            f"{self._card.name} knows pictures alone, no texts. Search by a picture, or take an "
            "encoder that reads: `radseek reindex --encoder NAME`."
        )

    def _require_prepared(self, pictures: Sequence[Pixels]) -> None:
        expected = (*self.prepare.size, 3)
        if any(picture.shape != expected for picture in pictures):
            raise ValueError(f"every picture must have the shape {expected} that `prepare` gives")

    def _rows(
        self,
        entries: Sequence[Entry],
        capacity: Capacity,
        embed: Callable[[Sequence[Entry]], Tensor],
    ) -> Embeddings:
        if not entries:
            return np.empty((0, self._card.dim), np.float32)
        embeddings: Embeddings = capacity.each(entries, embed).cpu().numpy()
        return embeddings


def _logits(model: ImageModel | DualModel) -> tuple[float, float]:
    """Factor and offset from cosines to logits."""
    if isinstance(model, ImageModel):
        return 1.0, 0.0
    bias = model.tower.logit_bias
    return float(model.tower.logit_scale.exp()), 0.0 if bias is None else float(bias)


def pictures_at_once(widest_map: int, device: torch.device) -> int:
    """How many pictures with maps of so many bytes a device takes at once for the best speed."""
    return max(1, WIDEST_MAP_BYTES[device.type] // widest_map)
