"""How much a device takes at once, learnt from running out of memory."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from core.errors import EncoderError

Entry = TypeVar("Entry")

log = logging.getLogger(__name__)


class Capacity:
    """Splits work into batches that fit. Safe to share between threads."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once

    @property
    def at_once(self) -> int:
        """How many entries a batch has at most, as far as is known."""
        return self._at_once

    def each(self, entries: Sequence[Entry], work: Callable[[Sequence[Entry]], Tensor]) -> Tensor:
        """The rows of all entries in their order, from `work` on one batch after the other.

        They stay on the device, so that it computes one batch while the next is put together. A
        batch that runs out of device memory is tried again in halves, and later ones begin at
        what did fit. There must be an entry. Raises EncoderError when one entry alone does not fit.
        """
        parts: list[Tensor] = []
        done = 0
        while done < len(entries):
            batch = entries[done : done + self._at_once]
            rows = _attempt(batch, work)
            if rows is None:
                self._shrink(len(batch))
                continue
            parts.append(rows)
            done += len(batch)
        return torch.cat(parts)

    def _shrink(self, tried: int) -> None:
        if tried == 1:
            raise EncoderError(
                "The device has too little free memory for one picture or text. End what else "
                "uses it, or run on the CPU with `--device cpu`."
            )
        torch.cuda.empty_cache()
        self._at_once = min(self._at_once, tried // 2)
        log.warning("device out of memory at_once=%d now=%d", tried, self._at_once)


def _attempt(batch: Sequence[Entry], work: Callable[[Sequence[Entry]], Tensor]) -> Tensor | None:
    """What `work` gives, or None out of memory: the error, which holds tensors, is gone by then."""
    try:
        return work(batch)
    except torch.OutOfMemoryError:
        return None
