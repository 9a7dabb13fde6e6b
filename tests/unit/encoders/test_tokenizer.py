"""Token ids, one for one those of the reference."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from core.errors import WeightsMismatch
from core.types import Unread
from encoders.medimageinsight.tokenizer import read_tokenizer
from encoders.texts import TextTokenizer

GOLDEN = Path(__file__).parents[2] / "golden" / "medimageinsight"
CASES = json.loads((GOLDEN / "tokens.json").read_text(encoding="utf-8"))["cases"]
START, END = 49406, 49407


@pytest.fixture(scope="module")
def clip() -> TextTokenizer:
    return read_tokenizer(GOLDEN / "tokenizer", context_length=77)


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_ids_are_those_of_the_reference(clip: TextTokenizer, case: dict[str, object]) -> None:
    assert clip.encode([str(case["text"])]) == [case["ids_ref_4.46.2_ftfy_6.2.3"]]


def test_an_empty_text_is_a_start_and_an_end(clip: TextTokenizer) -> None:
    assert clip.encode([""]) == [[START, END]]


def test_no_texts_give_no_ids(clip: TextTokenizer) -> None:
    assert clip.encode([]) == []


def test_a_long_text_is_cut_so_that_its_end_stays(clip: TextTokenizer) -> None:
    [ids] = clip.encode(["effusion " * 200])

    assert len(ids) == 77
    assert ids[76] == END
    assert END not in ids[:76]


@given(text=st.text(max_size=300))
def test_every_text_fits_and_ends(clip: TextTokenizer, text: str) -> None:
    [ids] = clip.encode([text])

    assert 2 <= len(ids) <= 77
    assert ids[0] == START
    assert ids[-1] == END


@given(texts=st.lists(st.text(max_size=40), max_size=5))
def test_texts_do_not_depend_on_their_neighbours(clip: TextTokenizer, texts: list[str]) -> None:
    assert clip.encode(texts) == [clip.encode([text])[0] for text in texts]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("x " * 75, None),
        ("x " * 75 + "effusion", "effusion"),
        ("x " * 75 + "pneumothorax\r\nand more", "pneumothorax\nand more"),
        ("", None),
        ("é" * 75, None),
        ("气" * 26, "气"),  # three tokens a character
    ],
)
def test_what_is_cut_off_is_told(clip: TextTokenizer, text: str, rest: str | None) -> None:
    assert clip.unread(text) == (None if rest is None else Unread(75, rest))


@given(text=st.text(max_size=300))
def test_a_text_is_read_whole_or_fills_the_context(clip: TextTokenizer, text: str) -> None:
    unread = clip.unread(text)

    [ids] = clip.encode([text])
    assert unread is None or (unread.rest and len(ids) == 77)


def write_tokenizer_json(folder: Path, end: str) -> None:
    words = {"start": 0, "chest": 1, "spine": 2, "end": 3}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="chest"))  # noqa: S106 (a word)
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"start $A {end}", special_tokens=[("start", 0), (end, words[end])]
    )
    tokenizer.enable_padding(length=6)
    tokenizer.save(str(folder / "tokenizer.json"))


def test_a_tokenizer_json_is_used_without_its_padding_and_cut_to_the_context_length(
    tmp_path: Path,
) -> None:
    write_tokenizer_json(tmp_path, end="end")
    tokenizer = read_tokenizer(tmp_path, context_length=4)

    assert tokenizer.vocab_size == 4
    assert tokenizer.encode(["spine", "spine chest spine"]) == [[0, 2, 3], [0, 2, 1, 3]]
    assert tokenizer.unread("spine chest spine spine") == Unread(2, "spine spine")
    assert tokenizer.unread("spine chest") is None


def test_a_tokenizer_whose_end_is_not_the_highest_id_is_refused(tmp_path: Path) -> None:
    write_tokenizer_json(tmp_path, end="spine")

    with pytest.raises(WeightsMismatch, match="highest id"):
        read_tokenizer(tmp_path, context_length=4)


@pytest.mark.parametrize("name", ["tokenizer.json", "vocab.json"])
def test_a_broken_file_is_told_with_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("{")
    (tmp_path / "merges.txt").write_text("")

    with pytest.raises(WeightsMismatch, match=str(tmp_path)):
        read_tokenizer(tmp_path, context_length=4)


def test_transformers_is_not_imported() -> None:
    program = "import sys, encoders.medimageinsight.tokenizer; print('transformers' in sys.modules)"

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "False"
