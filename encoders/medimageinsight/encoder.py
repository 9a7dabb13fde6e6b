"""MedImageInsight as an encoder: pictures and texts to unit embeddings, on CPU or GPU."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.errors import WeightsMismatch
from core.types import Embeddings, EncoderCard, Pixels, Regions, Unread
from encoders.devices import choose_devices
from encoders.fingerprint import file_sha256
from encoders.medimageinsight.capacity import Capacity, Entry
from encoders.medimageinsight.checkpoint import load_model
from encoders.medimageinsight.config import ImageConfig, UniCLConfig, read_config
from encoders.medimageinsight.davit import MLP_RATIO
from encoders.medimageinsight.folder import open_folder
from encoders.medimageinsight.inference import Inference
from encoders.medimageinsight.model import UniCL
from encoders.medimageinsight.preprocess import Squash
from encoders.medimageinsight.tokenizer import TextTokenizer, read_tokenizer
from encoders.registry import ENCODERS
from encoders.weights import weights_folder

NAME = "medimageinsight"
VERSION = "1.0.0"
REMEDY = (
    f"Run `radseek encoders pull {NAME}`, or name the folder that has the files with "
    "`--weights DIR`."
)
TEXTS_AT_ONCE = 64
# What the widest map of a batch of pictures may take, in float32. A CPU wants it in its cache: 37
# pictures of 96 pixels, one of 480. A GPU wants much work at once: 145 pictures of 480 pixels.
WIDEST_MAP_BYTES = {"cpu": 2**24, "cuda": 2**33}


class MedImageInsight:
    """A UniCL model with its tokenizer and resize. Safe to share between threads."""

    def __init__(
        self,
        config: UniCLConfig,
        model: UniCL,
        tokenizer: TextTokenizer,
        card: EncoderCard,
        device: torch.device,
    ) -> None:
        """Take over a loaded model in evaluation mode."""
        self._image = config.image
        self._dim = config.projection
        self._inference = Inference(model, config.image, device)
        self._tokenizer = tokenizer
        self._card = card
        self._device = device
        self._logit_scale = float(model.logit_scale.exp())
        self._images = Capacity(images_at_once(config.image, device))
        self._texts = Capacity(TEXTS_AT_ONCE)

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
    def prepare(self) -> Squash:
        """The encoder's own resize."""
        return Squash(self._image.image_size)

    @property
    def logit_scale(self) -> float:
        """The factor on cosines before softmax or sigmoid (the exponential is already taken)."""
        return self._logit_scale

    def embed_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        """Embed pictures that went through `prepare`: n of (S, S, 3) -> (n, dim).

        Out of device memory, fewer are taken at once, from then on. Raises ValueError for a
        picture of another shape, EncoderError when one alone does not fit.
        """
        self._require_prepared(prepared)
        return self._rows(prepared, self._images, self._inference.embed_pictures)

    def regions(self, prepared: Sequence[Pixels]) -> Regions:
        """What each token of the last map adds to a row: n of (S, S, 3) -> (n, h, w, dim).

        The mean over the tokens is the row that `embed_images` gives. Raises as that does.
        """
        self._require_prepared(prepared)
        if not prepared:
            return np.empty((0, 0, 0, self._dim), np.float32)
        tokens = self._images.each(prepared, self._inference.embed_regions)
        regions: Regions = tokens.cpu().numpy()
        return regions

    def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts: n strings -> (n, dim). What exceeds the context length is cut off."""
        rows = self._tokenizer.encode(texts)
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))  # little padding per batch
        by_length = [rows[at] for at in order]
        embeddings = np.empty((len(rows), self._dim), np.float32)
        embeddings[order] = self._rows(by_length, self._texts, self._inference.embed_ids)
        return embeddings

    def unread(self, text: str) -> Unread | None:
        """What of a text exceeds the context length; None for one that is read to its end."""
        return self._tokenizer.unread(text)

    def _require_prepared(self, pictures: Sequence[Pixels]) -> None:
        expected = (*self._image.image_size, 3)
        if any(picture.shape != expected for picture in pictures):
            raise ValueError(f"every picture must have the shape {expected} that `prepare` gives")

    def _rows(
        self,
        entries: Sequence[Entry],
        capacity: Capacity,
        embed: Callable[[Sequence[Entry]], Tensor],
    ) -> Embeddings:
        if not entries:
            return np.empty((0, self._dim), np.float32)
        embeddings: Embeddings = capacity.each(entries, embed).cpu().numpy()
        return embeddings


def load(weights: Path | None, device: str) -> MedImageInsight:
    """Load MedImageInsight from a folder, by default where `radseek encoders pull` puts it.

    Raises WeightsMissing, WeightsMismatch, InvalidRequest for a device that is not there.
    """
    return load_folder(NAME, VERSION, weights or weights_folder(NAME), REMEDY, device)


def load_folder(name: str, version: str, folder: Path, remedy: str, device: str) -> MedImageInsight:
    """Load any model of this architecture; `remedy` says what to do when files are missing.

    Raises as `load` does.
    """
    chosen = choose_devices(device)[0]
    files = open_folder(folder, remedy)
    config = read_config(files.config)
    tokenizer = read_tokenizer(files.tokenizer, config.text.context_length)
    _require_same_vocabulary(tokenizer, config, folder)
    model = load_model(config, files.checkpoint)
    card = EncoderCard(
        name=name,
        version=version,
        dim=config.projection,
        weights_sha256=file_sha256(files.checkpoint),
        preprocessing=Squash(config.image.image_size).profile,
        licence=ENCODERS[name].licence,
    )
    return MedImageInsight(config, model, tokenizer, card, chosen)


def images_at_once(config: ImageConfig, device: torch.device) -> int:
    """How many pictures the device takes at once for the best speed, as long as they fit."""
    height, width = config.image_size
    tokens = (height // config.patch_stride[0]) * (width // config.patch_stride[0])
    widest_map = tokens * config.dims[0] * MLP_RATIO * 4  # bytes, inside the first stage's MLP
    return max(1, WIDEST_MAP_BYTES[device.type] // widest_map)


def _require_same_vocabulary(tokenizer: TextTokenizer, config: UniCLConfig, folder: Path) -> None:
    if tokenizer.vocab_size != config.text.vocab_size:
        raise WeightsMismatch(
            f"The tokenizer in {folder} has {tokenizer.vocab_size} tokens, but the model reads "
            f"{config.text.vocab_size}. Use the tokenizer the model was trained with."
        )
