"""The tokenizer of the project's own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from encoders.medimageinsight.tokenizer import END, START, read_tokenizer
from training.bpe import train_tokenizer

TEXTS = ["mri of the brain", "brain mri with glioma", "chest x-ray", "x-ray of the hand"] * 5


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(TEXTS, vocab_size=320)


def test_the_end_token_has_the_highest_id(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("mri of the brain").ids

    assert ids[0] == tokenizer.token_to_id(START)
    assert ids[-1] == tokenizer.token_to_id(END) == max(tokenizer.get_vocab().values())
    assert ids.index(max(ids)) == len(ids) - 1


def test_frequent_words_are_one_token_and_others_are_pieces(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("brain mri").tokens[1:-1] == ["Ġbrain", "Ġmri"]
    assert len(tokenizer.encode("meningioma").tokens) > 3


@given(st.text(max_size=40))
def test_any_text_can_be_encoded(text: str) -> None:
    tokenizer = train_tokenizer(TEXTS, vocab_size=300)

    ids = tokenizer.encode(text).ids

    assert ids.count(tokenizer.token_to_id(END)) >= 1
    assert ids[-1] == tokenizer.token_to_id(END)


def test_case_and_accents_do_not_matter(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("MRI of the BRAÏN").ids == tokenizer.encode("mri of the brain").ids


def test_the_same_texts_give_the_same_tokenizer() -> None:
    first, again = (train_tokenizer(TEXTS, vocab_size=320).to_str() for _ in range(2))

    assert first == again


def test_the_encoder_reads_it(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(str(tmp_path / "tokenizer.json"))

    read = read_tokenizer(tmp_path, context_length=6)

    assert read.vocab_size == tokenizer.get_vocab_size() <= 320
    assert read.encode(["Brain MRI"]) == [tokenizer.encode("brain mri").ids]
    long = read.encode(["mri of the brain with glioma of the brain"])[0]
    assert len(long) == 6
    assert long[-1] == tokenizer.token_to_id(END)
