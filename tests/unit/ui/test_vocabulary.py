"""The words that complete what is typed, as the browser gets them."""

import json

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

import ui.routes.vocabulary
from core.errors import UnknownName
from core.types import EncoderCard
from tests.unit.search.filtered_rows import FilteredRows
from ui.routes.table import ROUTES
from ui.search_page.vocabulary import offered_words


class Rows(FilteredRows):
    """Three pictures, as a snapshot holds them."""

    ids = (1, 2, 3)

    def __init__(self, sequence, *parts):
        super().__init__({"modality": ["CR"] * 3, "body_part": parts, "view": [None] * 3})
        self.sequence = sequence


class Archive:
    card = EncoderCard("mini", "1", 3, "c0" * 32, "squash-8", "none")

    def __init__(self, rows):
        self.rows = rows

    def reader(self):
        return self

    def snapshot(self):
        return self.rows

    def reads_texts(self):
        return True


class NoCollection:
    def reader(self):
        raise UnknownName("There is no collection.")


@pytest.fixture(autouse=True)
def nothing_kept():
    st.cache_resource.clear()


@pytest.fixture
def get(monkeypatch):
    client = TestClient(Starlette(routes=ROUTES), raise_server_exceptions=True)

    def ask(archive):
        monkeypatch.setattr(ui.routes.vocabulary, "shared_archive", lambda: archive)
        return client.get("/api/vocabulary")

    return ask


def test_a_row_is_a_word_its_kind_its_pictures_its_english_and_other_words(get):
    rows = json.loads(get(Archive(Rows(1, "CHEST", "CHEST", "HAND"))).content)
    chest = next(row for row in rows if row[0] == "chest")
    assert chest[:4] == ["chest", "part", 2, ""]
    assert "thorax" in chest[4]
    assert ["肺炎", "finding", 0, "pneumonia", []] in rows


def test_other_words_have_another_address_and_the_same_ones_the_same():
    first, same = Rows(1, "CHEST", "CHEST", "HAND"), Rows(2, "CHEST", "CHEST", "HAND")
    other = Rows(3, "CHEST", "HAND", "HAND")
    addresses = [offered_words(Archive(rows), rows).address for rows in (first, same, other)]
    assert addresses[0] == addresses[1] != addresses[2]


def test_the_browser_alone_keeps_them(get):
    answer = get(Archive(Rows(1, "CHEST", "CHEST", "HAND")))
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert answer.headers["Content-Type"] == "application/json"


def test_without_a_collection_there_are_none(get):
    answer = get(NoCollection())
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_examples_are_in_the_language_of_the_page():
    rows = Rows(1, "CHEST", "CHEST", "CHEST")
    offered = offered_words(Archive(rows), rows)
    starts = {code: texts[0] for code, texts in offered.examples.items()}
    assert starts == {"en": "chest x-ray", "zh": "胸部X线片"}
