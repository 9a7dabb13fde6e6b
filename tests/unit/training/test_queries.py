"""The queries that radseek-mini is measured with are what their file says they are."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from training.vocabulary import read_vocabulary

QUERIES = Path(__file__).parents[3] / "benchmarks" / "mini_queries.toml"
CASES = tomllib.loads(QUERIES.read_text(encoding="utf-8"))["case"]
WORD = re.compile(r"[a-z]+|\d")


def trained_words() -> set[str]:
    vocabulary = read_vocabulary()
    frames = vocabulary.frames
    patterns = chain(frames.bases, frames.findings, frames.openings, frames.endings)
    texts = [*vocabulary.phrases(), *(re.sub(r"\{.*?\}", " ", text) for text in patterns)]
    return {word for text in texts for word in WORD.findall(text)}


def new_words(query: str) -> set[str]:
    return set(WORD.findall(query.lower())) - trained_words()


@pytest.mark.parametrize("query", [query for case in CASES for query in case["usual"]])
def test_usual_queries_hold_no_new_word(query: str) -> None:
    assert not new_words(query)


@pytest.mark.parametrize("query", [query for case in CASES for query in case["unseen"]])
def test_unseen_queries_hold_a_new_word(query: str) -> None:
    assert new_words(query)


@pytest.mark.parametrize("case", CASES)
def test_each_case_is_asked_in_every_manner_and_never_twice_the_same(case):
    queries = [query for kind in ("usual", "unseen", "held_out", "chinese") for query in case[kind]]
    assert len(queries) == len(set(queries))
    assert all(case[kind] for kind in ("usual", "unseen", "held_out", "chinese"))
