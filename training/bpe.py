"""A byte-pair tokenizer of the project's own, learnt from the words of captions and reports.

`encoders.medimageinsight.tokenizer` reads it: the end token has the highest id, where the text
tower looks for its answer. A word's first piece is marked, not its last as CLIP does it: with
marked ends the library numbers pieces in an order that changes from run to run.
"""

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from encoders.medimageinsight.tokenizer import put_between_ends

WORD = r"\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"  # letters, one digit, or anything else without a space


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """Learn at most `vocab_size` tokens, start and end among them; any text can be encoded.

    The same texts give the same tokenizer. There are at least 258 tokens: the bytes and the two.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.Lowercase(), normalizers.StripAccents()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORD), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False),
        ]
    )
    tokenizer.train_from_iterator(texts, _trainer(vocab_size))
    put_between_ends(tokenizer)
    return tokenizer


def _trainer(vocab_size: int) -> trainers.BpeTrainer:
    return trainers.BpeTrainer(
        vocab_size=vocab_size - 2,  # the start and end token come after
        min_frequency=2,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
