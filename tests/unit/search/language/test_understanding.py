"""From a text to the terms of each encoder."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.types import EncoderCard
from search.language import understanding
from search.language.lexicon import lexicon
from search.language.notes import SENTENCES, NoteCode
from search.language.styles import style_of
from search.language.understanding import understand, understand_as
from search.language.wording import ANYTHING

DENIAL = re.compile(r"\b(no|without)\b")
ENCODERS = ("mini", "medimageinsight", "another")
WORDS = sorted({" ".join(phrase) for phrase in lexicon().phrases})
PHRASES = st.lists(
    st.one_of(
        st.sampled_from(WORDS), st.sampled_from(["no", ",", "-", "but", "xyzzy", "气胸", "无"])
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
TEXTS = st.one_of(PHRASES, st.text(min_size=1).filter(str.strip))


def terms(text, encoder="mini"):
    return {term.text: round(term.weight, 3) for term in understand_as(text, encoder).terms}


def codes(text, encoder="mini"):
    return [note.code for note in understand_as(text, encoder).notes]


def test_mini_is_asked_in_the_words_of_its_captions():
    assert terms("glioblastoma, T1+C brain MR") == {
        "mri of the head with glioma": 0.25,
        "glioblastoma on brain magnetic resonance imaging": 0.25,
        "head mr showing glial tumor": 0.25,
        "glioblastoma, contrast-enhanced brain MRI": 0.25,
    }


def test_medimageinsight_is_asked_by_modality_part_view_and_condition():
    assert terms("PTX on AP CXR", "medimageinsight") == {
        "x-ray chest anteroposterior pneumothorax": 0.35,
        "pneumothorax on anteroposterior chest x-ray": 0.35,
        "pneumothorax on AP chest x-ray": 0.3,
    }


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("LGG on MRI", "low grade glioma on MRI"),
        ("DCIS, MG", "ductal carcinoma in situ, mammogram"),
        ("HRCT", "high resolution lung CT"),
        ("CT A/P", "CT A/P"),
        ("BI-RADS 4 mass", "BI-RADS 4 mass"),
    ],
)
def test_abbreviations_are_written_out_in_the_sentence(text, written):
    assert written in terms(text, "another")


def test_a_side_stands_before_its_part():
    assert "x-ray of the left hand" in terms("left hand film", "another")
    assert "mr right knee axial" in terms("axial MRI, right knee", "medimageinsight")
    assert "x-ray of the hand" in terms("left hand film", "mini")


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("text", ["red", "three blue ducks", "привет"])
def test_what_no_table_knows_goes_to_the_encoder_as_it_is(text, encoder):
    assert terms(text, encoder) == {text: 1.0}


def test_a_word_that_no_table_knows_gives_the_sentence_more_weight():
    assert terms("chest film")["chest film"] == 0.25
    assert terms("chest film gossypiboma")["chest film gossypiboma"] == 0.4


def test_what_is_denied_becomes_a_contrast():
    assert terms("chest x-ray no pneumothorax", "another") == {
        "normal x-ray of the chest": 0.3,
        "normal chest x-ray": 0.3,
        "chest x-ray": 0.4,
        "x-ray of the chest showing pneumothorax": -0.175,
        "pneumothorax on chest x-ray": -0.175,
    }
    assert codes("chest x-ray no pneumothorax") == [NoteCode.ABSENT]


def test_a_denied_finding_beside_another_one_leaves_out_normal():
    weights = terms("chest x-ray with effusion but no pneumothorax", "another")
    assert weights["x-ray of the chest showing pleural effusion"] > 0
    assert weights["x-ray of the chest showing pneumothorax"] < 0
    assert not any("normal" in text for text in weights)


def test_a_denied_finding_alone_names_its_part():
    weights = terms("no pneumothorax", "another")
    assert weights == {"normal chest": 1.0, "chest with pneumothorax": -0.35}


def test_what_mini_learnt_of_absence_is_used():
    assert terms("no tumor")["no tumor"] > 0
    assert "mri of the head with no tumor" in terms("MRI of the head without tumour")


@pytest.mark.parametrize("text", ["-CT", "-gossypiboma", "-normal"])
def test_a_text_that_only_denies_still_asks_for_something(text):
    weights = terms(text, "another")
    assert max(weights.values()) > 0
    assert min(weights.values()) < 0


def test_nothing_but_a_denied_modality_asks_for_any_picture():
    assert terms("-CT", "another") == {ANYTHING: 1.0, "CT": -0.35}


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("气胸", "pneumothorax"),
        ("胸片", "chest x-ray"),
        ("头部CT", "head CT"),
        ("脑胶质瘤磁共振", "glioma MRI"),
        ("正常胸片", "normal chest x-ray"),
    ],
)
def test_chinese_is_asked_as_its_english_is(text, english):
    assert terms(text) == terms(english)
    assert codes(text) == [NoteCode.TRANSLATED]


def test_chinese_can_deny():
    assert terms("无气胸的胸片") == terms("chest x-ray without pneumothorax")
    assert codes("无气胸的胸片") == [NoteCode.TRANSLATED, NoteCode.ABSENT]


def test_chinese_that_no_glossary_holds_is_said():
    assert codes("饕餮胸片") == [NoteCode.TRANSLATED, NoteCode.NOT_TRANSLATED]
    assert understand_as("饕餮", "mini").terms[0].text == "饕餮"


def test_an_encoder_that_reads_chinese_gets_it_untouched(monkeypatch):
    class Reads:
        reads = frozenset({"zh"})

    monkeypatch.setattr(understanding, "style_of", lambda encoder: Reads)
    assert terms("无气胸的胸片") == {"无气胸的胸片": 1.0}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("CT chest PE", "pulmonary embolism"),
        ("CXR with PE", "pleural effusion"),
        ("MS, MRI brain", "multiple sclerosis"),
        ("RA hands x-ray", "rheumatoid arthritis"),
    ],
)
def test_the_context_tells_an_abbreviation(text, meaning):
    understood = understand_as(text, "another")
    assert any(meaning in term.text for term in understood.terms)
    assert [note.code for note in understood.notes] == [NoteCode.RESOLVED]
    assert meaning in str(understood.notes[0])


def test_an_abbreviation_without_context_stays():
    assert terms("PE") == {"PE": 1.0}
    assert codes("PE") == [NoteCode.AMBIGUOUS]


def test_the_card_says_which_encoder():
    card = EncoderCard("medimageinsight", "1", 4, "", "", "")
    assert understand("CXR", card) == understand_as("CXR", "medimageinsight")
    assert understand("CXR", card) != understand_as("CXR", "mini")


def test_every_note_has_a_sentence():
    assert set(SENTENCES) == set(NoteCode)


@pytest.mark.parametrize("encoder", ENCODERS)
@given(text=TEXTS)
@example(text="\x00")
@example(text="- -")
@example(text="{modality} [no]")
def test_any_text_gives_terms_of_which_one_is_wanted(encoder, text):
    understood = understand_as(text, encoder)
    assert understood.given == text
    assert all(term.text and term.weight for term in understood.terms)
    most = style_of(encoder).contrast + 1e-9  # what is asked for and denied at once may lose it
    assert 1 - most <= sum(term.weight for term in understood.terms if term.weight > 0) < 1 + 1e-9
    assert 0 >= sum(term.weight for term in understood.terms if term.weight < 0) >= -most
    assert all(str(note) for note in understood.notes)


@pytest.mark.parametrize("encoder", ENCODERS)
@given(text=PHRASES)
def test_understanding_the_same_text_again_gives_the_same(encoder, text):
    assert understand_as(text, encoder) == understand_as(text, encoder)
    assert understand_as(f"  {text}\n", encoder).terms == understand_as(text, encoder).terms


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("scene", ["{}", "CXR {}", "no {}", "left hand film with {}"])
def test_what_was_produced_is_produced_again(encoder, scene):
    asked = [scene.format(concept.spoken) for concept in lexicon().concepts.values()]
    produced = {text for query in asked for text in terms(query, encoder)}
    lost = [text for text in produced if text not in terms(text, encoder)]
    # mini learnt "no pneumonia" as a caption; typed, it is a denial
    assert [text for text in lost if not DENIAL.search(text)] == []
