"""Texts whose pictures are not wanted."""

import pytest

from core.types import EncoderCard
from search.language.terms import Term
from search.language.understanding import understand, understand_unwanted

CARD = EncoderCard("some", "1", 8, "", "", "")  # one without a table of its own
CONTRAST = 0.35  # of such an encoder


def unwanted(text):
    return understand_unwanted(text, CARD)


@pytest.mark.parametrize(
    ("text", "denial"),
    [
        ("pneumonia", "no pneumonia"),
        ("chest x-ray with pneumonia", "chest x-ray with no pneumonia"),
        ("gossypiboma", "no gossypiboma"),
        ("气胸", "no pneumothorax"),
        ("effusion or mass", "no effusion or mass"),
    ],
)
def test_a_finding_or_an_unknown_word_is_denied(text, denial):
    found, expected = unwanted(text), understand(denial, CARD)

    against = [term for term in found.terms if term.weight < 0]
    assert against == [term for term in expected.terms if term.weight < 0]
    assert sum(term.weight for term in against) == pytest.approx(-CONTRAST)
    assert sum(term.weight for term in found.terms) == pytest.approx(1 - CONTRAST)
    assert found.strength == 1


def test_what_is_not_wanted_is_seen_in_the_scene_that_is_named_with_it():
    texts = {term.text: term.weight > 0 for term in unwanted("knee MRI with effusion").terms}

    assert any(
        "knee" in text and "effusion" in text and not wanted for text, wanted in texts.items()
    )
    assert any("normal" in text and "knee" in text and wanted for text, wanted in texts.items())


@pytest.mark.parametrize("text", ["CT", "lateral", "chest x-ray", "left", "no pneumonia"])
def test_what_has_nothing_to_deny_is_subtracted_with_the_weight_of_a_contrast(text):
    found = unwanted(text)

    assert found.terms == tuple(Term(t.text, -t.weight) for t in understand(text, CARD).terms)
    assert found.strength == CONTRAST


def test_a_person_is_told_what_counts_against():
    assert [note.words for note in unwanted("pneumonia").notes] == [("pneumonia",)]
    assert unwanted("气胸").notes[0].words == ("气胸", "pneumothorax")
