"""What the page offers to ask with, made once for each state of the collection."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from radseek.archive import Archive
from search.suggestions import Suggestion, examples, suggestions
from storage.snapshot import Snapshot
from ui.language import CHINESE, LANGUAGES


@dataclass(frozen=True, slots=True)
class Offered:
    """The words that complete what is typed, as JSON, and queries to start from."""

    words: bytes
    address: str  # where the browser finds the words; another one for other words
    examples: Mapping[str, tuple[str, ...]]  # by the language of the page


def offered_words(archive: Archive, snapshot: Snapshot) -> Offered:
    """What fits the collection and its encoder."""
    card, reads = archive.reader().card, archive.reads_texts()
    state = (snapshot.sequence, len(snapshot.ids), card.weights_sha256)
    return _offered(snapshot, card.name if reads else None, state)


@st.cache_resource(max_entries=4, show_spinner=False)
def _offered(_snapshot: Snapshot, encoder: str | None, state: object) -> Offered:  # noqa: ARG001
    """`encoder` is the name of one that reads words; nothing is offered without."""
    rows = [] if encoder is None else [_row(each) for each in suggestions(encoder, _snapshot)]
    words = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    address = f"api/vocabulary?at={hashlib.sha256(words).hexdigest()[:16]}"
    return Offered(
        words, address, {code: _examples(_snapshot, encoder, code) for code in LANGUAGES}
    )


def _examples(snapshot: Snapshot, encoder: str | None, language: str) -> tuple[str, ...]:
    return () if encoder is None else examples(encoder, snapshot, in_chinese=language == CHINESE)


def _row(suggestion: Suggestion) -> tuple[str, str, int, str, tuple[str, ...]]:
    word = suggestion.word
    return (word.text, word.kind.value, suggestion.pictures, word.means, word.also)
