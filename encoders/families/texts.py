"""Texts to token ids as each family was trained."""

import re
import string
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import ftfy
import torch
import transformers
from tokenizers import Tokenizer
from torch import Tensor

from core.errors import WeightsMismatch
from encoders.families.table import TextRules
from encoders.texts import Rows, TextTokenizer, pad_ids

PUNCTUATION: Final = str.maketrans("", "", string.punctuation)


def canonical(text: str) -> str:
    """Lower case, without punctuation, one space between words.

    Source: Zhai et al., "Sigmoid Loss for Language Image Pre-Training" (ICCV 2023), in the
    authors' code `canonicalize_text`. A tokenizer.json need not do it, and doing it twice is the
    same as once.
    """
    return re.sub(r"\s+", " ", text.lower().translate(PUNCTUATION)).strip()


REPAIRS: Final[Mapping[str, Callable[[str], str]]] = {
    "ftfy": ftfy.fix_text,
    "canonical": canonical,
    "none": str,
}


def pad_to(rows: Rows, length: int, padding: int, on_the_left: bool) -> tuple[Tensor, Tensor]:
    """Ids (B, length), and a mask that is True everywhere: the padding is read, too."""
    ids = torch.full((len(rows), length), padding)
    for at, row in enumerate(rows):
        place = slice(length - len(row), length) if on_the_left else slice(len(row))
        ids[at, place] = torch.tensor(row)
    return ids, torch.ones_like(ids, dtype=torch.bool)


def read_tokens(folder: Path, rules: TextRules, positions: int, vocabulary: int) -> TextTokenizer:
    """The tokenizer of a folder, for a text tower of so many positions and token ids.

    Raises WeightsMismatch when it cannot be read, or has more tokens than the tower.
    """
    read = _read(folder, rules.tokenizer)
    if len(read) > vocabulary:
        raise WeightsMismatch(
            f"The tokenizer in {folder} has {len(read)} tokens, but the model reads {vocabulary}. "
            "Use the tokenizer the model was trained with."
        )
    context = min(rules.context, positions)
    return TextTokenizer(
        Tokenizer.from_str(read.backend_tokenizer.to_str()),
        context,
        REPAIRS[rules.repair],
        _padding(read, rules, context),
    )


def _read(folder: Path, name: str) -> transformers.TokenizersBackend:
    try:
        return getattr(transformers, name).from_pretrained(folder, local_files_only=True)
    except Exception as error:  # the library raises bare Exception for a bad file
        raise WeightsMismatch(
            f"Cannot read the tokenizer in {folder}: {error}. Fetch its files again."
        ) from error


def _padding(
    read: transformers.TokenizersBackend, rules: TextRules, context: int
) -> Callable[[Rows], tuple[Tensor, Tensor]]:
    padding = read.pad_token_id or 0
    if not rules.is_fixed:
        return partial(pad_ids, padding=padding)
    on_the_left = read.padding_side == "left"
    return partial(pad_to, length=context, padding=padding, on_the_left=on_the_left)
