"""Texts to token ids, as CLIP's byte-pair tokenizer makes them."""

from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from core.errors import WeightsMismatch
from encoders.texts import TextTokenizer

START = "<|startoftext|>"
END = "<|endoftext|>"
# Radford et al. (2021), tokenizer of the reference implementation: English contractions, runs of
# letters, single digits, runs of anything else that is not white space.
WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def read_tokenizer(folder: Path, context_length: int) -> TextTokenizer:
    """Read the tokenizer of a folder: tokenizer.json, or CLIP's vocab.json and merges.txt.

    A tokenizer.json (format of the `tokenizers` library) must itself lower-case, split, and add
    the start and end token in its post-processor; the end token must have the highest id, which
    is where the text tower reads its answer. Raises WeightsMismatch when a file cannot be read.
    """
    try:
        tokenizer = TextTokenizer(_parse(folder), context_length)
    except Exception as error:  # the library raises bare Exception for a bad file
        raise WeightsMismatch(
            f"Cannot read the tokenizer in {folder}: {error}. Fetch its files again."
        ) from error
    _require_end_token_last(tokenizer, folder)
    return tokenizer


def _parse(folder: Path) -> Tokenizer:
    whole = folder / "tokenizer.json"
    if whole.is_file():
        return Tokenizer.from_str(whole.read_text(encoding="utf-8"))
    return _clip(folder / "vocab.json", folder / "merges.txt")


def _clip(vocab: Path, merges: Path) -> Tokenizer:
    pairs = models.BPE.from_file(str(vocab), str(merges), unk_token=END, end_of_word_suffix="</w>")
    tokenizer = Tokenizer(pairs)
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    put_between_ends(tokenizer)
    return tokenizer


def put_between_ends(tokenizer: Tokenizer) -> None:
    """Let a tokenizer begin each text with START and end it with END, added last if new."""
    tokenizer.add_special_tokens([START, END])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (START, END)],
    )


def _require_end_token_last(tokenizer: TextTokenizer, folder: Path) -> None:
    [ids] = tokenizer.encode([""])
    if ids[-1:] != [tokenizer.vocab_size - 1]:
        raise WeightsMismatch(
            f"The tokenizer in {folder} does not end a text with the token of the highest id, "
            "which is where the text tower reads. Use the tokenizer the model was trained with."
        )
