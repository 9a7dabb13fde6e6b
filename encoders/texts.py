"""Texts to token ids, and what of them is too long."""

from collections.abc import Callable, Sequence
from typing import Protocol

import ftfy
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from core.types import Unread

Rows = Sequence[Sequence[int]]  # token ids of texts


class Saves(Protocol):
    """What can write itself as tokenizer.json."""

    def save(self, path: str) -> None:
        """Write the file."""


def pad_ids(rows: Rows, padding: int = 0) -> tuple[Tensor, Tensor]:
    """Token ids of several texts as one tensor (B, L), and its mask (B, L): True for real ones."""
    ids = pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=padding)
    lengths = torch.tensor([len(row) for row in rows])
    return ids, torch.arange(ids.shape[1]) < lengths[:, None]


class TextTokenizer:
    """Repairs, splits and numbers texts; cuts a long one so that its last special token stays."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        context_length: int,
        repair: Callable[[str], str] = ftfy.fix_text,  # which also brings it to normal form C
        pad: Callable[[Rows], tuple[Tensor, Tensor]] = pad_ids,
    ) -> None:
        """Take over a tokenizer that puts the special tokens itself."""
        tokenizer.no_padding()
        tokenizer.enable_truncation(context_length)
        self._tokenizer = tokenizer
        self._most = context_length - tokenizer.num_special_tokens_to_add(is_pair=False)
        self._repair = repair
        self._pad = pad

    @property
    def vocab_size(self) -> int:
        """How many different ids there are."""
        return self._tokenizer.get_vocab_size()

    def save(self, path: str) -> None:
        """Write tokenizer.json."""
        self._tokenizer.save(path)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text with its special tokens, at most the context length."""
        repaired = [self._repair(text) for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(repaired)]

    def pad(self, rows: Rows) -> tuple[Tensor, Tensor]:
        """Ids of several texts as one tensor (B, L), and its mask (B, L): True where it is read."""
        return self._pad(rows)

    def unread(self, text: str) -> Unread | None:
        """What `encode` cuts off; None where that is nothing."""
        repaired = self._repair(text)
        parts = self._tokenizer.encode(repaired).overflowing
        if not parts:
            return None
        offsets = zip(parts[0].offsets, parts[0].special_tokens_mask, strict=True)
        cut = next(start for (start, _), is_special in offsets if not is_special)
        return Unread(self._most, repaired[cut:])
