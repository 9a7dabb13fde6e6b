"""Towers at work on one device: pictures and token ids in, unit rows out."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from threading import Lock

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import EncoderError
from core.types import Pixels
from encoders.fusing import Fuses
from encoders.packed import can_pack, pack
from encoders.towers import LOWERED, DualModel, ImageModel, SeesRegions


class Inference:
    """Runs towers, each in the form that suits the device. Safe to share between threads."""

    def __init__(self, model: ImageModel | DualModel, device: torch.device) -> None:
        """Take over a loaded model in evaluation mode. Raises EncoderError if it does not fit."""
        self._model = model
        self._device = device
        self._on_gpu = device.type == "cuda"
        self._packing = Lock()
        self._to_pack = not self._on_gpu and can_pack()
        if self._on_gpu:
            model.tower.lower()
        _move(model.tower, device)

    def embed_pictures(self, pictures: Sequence[Pixels]) -> Tensor:
        """Pictures of the model's size, uint8 (H, W, 3), at least one -> (n, dim) on the device."""
        return self._see(pictures, self._model.tower.encode_images)

    def embed_regions(self, tower: SeesRegions, pictures: Sequence[Pixels]) -> Tensor:
        """Pictures as `embed_pictures` takes them -> (n, h, w, dim) on the device."""
        return self._see(pictures, tower.encode_regions)

    def embed_ids(self, model: DualModel, rows: Sequence[Sequence[int]]) -> Tensor:
        """Token ids of texts, at least one -> (n, dim) on the device."""
        ids, mask = model.tokens.pad(rows)
        with self._computing(), torch.autocast(self._device.type, LOWERED, enabled=self._on_gpu):
            return model.tower.encode_texts(self._send(ids), self._send(mask))

    def match(
        self, tower: Fuses, model: DualModel, texts: Sequence[str], pictures: Sequence[Pixels]
    ) -> Tensor:
        """How well each text fits each picture, at least one of both: logits (n, texts)."""
        ids, mask = (self._send(each) for each in model.tokens.pad(model.tokens.encode(texts)))
        with self._computing():
            read = tower.read(ids, mask)
        seen = self._see(pictures, tower.see)
        n = len(pictures)
        with self._computing():
            columns = [
                tower.match(seen, tokens.expand(n, -1, -1), is_real.expand(n, -1))
                for tokens, is_real in zip(read, mask, strict=True)
            ]
            return torch.stack(columns, dim=1).float()

    def _see(self, pictures: Sequence[Pixels], encode: Callable[[Tensor], Tensor]) -> Tensor:
        self._pack_once()
        pixels = self._send(torch.from_numpy(np.stack(pictures)))
        with self._computing():
            prepared = self._model.normalise(pixels)
            return encode(prepared.to(LOWERED) if self._on_gpu else prepared)

    def _pack_once(self) -> None:
        """Pack the layers of pictures for a CPU when the first one comes.

        Whoever embeds only texts neither waits for it nor needs the memory.
        """
        with self._packing:
            if self._to_pack:
                pack(self._model.tower.picture_layers)
                self._to_pack = False

    def _send(self, tensor: Tensor) -> Tensor:
        """To the device; a GPU fetches from pinned memory while the next batch is put together."""
        if not self._on_gpu:
            return tensor
        with torch.cuda.device(self._device):
            return tensor.pin_memory().to(self._device, non_blocking=True)

    @contextmanager
    def _computing(self) -> Iterator[None]:
        current = torch.cuda.device(self._device) if self._on_gpu else nullcontext()
        with torch.inference_mode(), current:
            yield


def _move(tower: nn.Module, device: torch.device) -> None:
    try:
        tower.to(device)
    except torch.OutOfMemoryError as error:
        raise EncoderError(
            f"The encoder does not fit into the free memory of {device}. End what else uses it, "
            "or run on the CPU with `--device cpu`."
        ) from error
