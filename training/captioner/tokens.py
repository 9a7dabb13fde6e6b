"""The tokenizer of a captioner: byte pairs that keep case and spaces, so that they can be read."""

from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from encoders.medimageinsight.tokenizer import put_between_ends


def train_caption_tokenizer(captions: Iterable[str], vocab_size: int) -> Tokenizer:
    """Learn at most `vocab_size` tokens, start and end the last; any text comes back as it was.

    There are at least 258 tokens: the bytes and the two.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - 2,
        min_frequency=2,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(captions, trainer)
    put_between_ends(tokenizer)
    return tokenizer
