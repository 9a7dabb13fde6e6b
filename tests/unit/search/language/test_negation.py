"""What a text says to be absent; the right answers are a reader's."""

import pytest

from search.language.asking import asked
from search.language.lexicon import lexicon
from search.language.negation import with_absences
from search.language.reading import read
from search.language.text import normalise
from storage.denial import DENIES_NOTHING, DENIES_WHAT_FOLLOWS, DENIES_WHAT_PRECEDES


def understood(text):
    plain = normalise(text)
    return asked(plain, with_absences(read(plain, lexicon()), lexicon()), lexicon())


def absent(text):
    return [each.text for each in understood(text).absent]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("chest x-ray without pneumonia", ["pneumonia"]),
        ("no evidence of pneumothorax or effusion", ["pneumothorax", "effusion"]),
        (
            "no pneumothorax, effusion or consolidation",
            ["pneumothorax", "effusion", "consolidation"],
        ),
        ("no pneumothorax, effusion present", ["pneumothorax"]),
        ("no pneumothorax but effusion", ["pneumothorax"]),
        ("no pneumothorax; effusion or mass", ["pneumothorax"]),
        ("effusion without pneumothorax", ["pneumothorax"]),
        ("absence of mass in the liver", ["mass"]),
        ("free of metastases", ["metastases"]),
        ("negative for fracture", ["fracture"]),
        ("pneumothorax is absent", ["pneumothorax"]),
        ("effusion: none", ["effusion"]),
        ("mass and cyst not seen, calcification", ["mass", "cyst"]),
        ("covid negative chest x-ray", ["covid"]),
        ("tumor-free brain", ["tumor"]),
        ("chest x-ray -pneumonia", ["pneumonia"]),
        ("chest -CT", ["CT"]),
        ("no mass or bleed, with hydrocephalus", ["mass", "bleed"]),
        ("neither effusion nor pneumothorax", ["effusion", "pneumothorax"]),
        ("no large pneumothorax", ["pneumothorax"]),
        ("no lines on chest film", ["lines"]),
        ("CT without contrast, no bleed", ["bleed"]),
        ("w/o nodule", ["nodule"]),
        ("effusion -resolved", ["resolved"]),
        ("brain -tumor", ["tumor"]),
        ('chest film -"free air"', ["free air"]),
        ("chest -'surgical clips' film", ["surgical clips"]),
        ("films that don't show pneumonia", ["pneumonia"]),
        ("effusion isn't seen", ["effusion"]),
    ],
)
def test_what_is_denied(text, denied):
    assert absent(text) == denied


OF_OTHER_LANGUAGES = frozenset(
    word
    for line in (
        "kein keine keinen keiner keinem keines ohne nicht weder nachweisbar abgrenzbar erkennbar",
        "ausgeschlossen sans aucun aucune pas ausencia sin ninguna senza assenza nessun nessuna",
    )
    for word in line.split()
)


def is_english(sign):
    words = sign.split()
    return sign.isascii() and words[-1] not in ("de", "d'") and not OF_OTHER_LANGUAGES & set(words)


@pytest.mark.parametrize("sign", [*filter(is_english, DENIES_WHAT_FOLLOWS)])
def test_what_denies_in_a_report_before_a_finding_does_so_in_a_query(sign):
    assert absent(f"{sign} effusion") == ["effusion"]


@pytest.mark.parametrize("sign", [*filter(is_english, DENIES_WHAT_PRECEDES)])
def test_what_denies_in_a_report_behind_a_finding_does_so_in_a_query(sign):
    assert absent(f"effusion {sign}") == ["effusion"]


@pytest.mark.parametrize("sign", [*filter(is_english, DENIES_NOTHING)])
def test_what_only_looks_so_in_a_report_does_so_in_a_query(sign):
    assert [] in (absent(f"effusion {sign}"), absent(f"{sign} effusion"))


@pytest.mark.parametrize(
    "text",
    [
        "pneumonia",
        "cannot exclude pneumonia",
        "pneumonia cannot be ruled out",
        "rule out pulmonary embolism",
        "r/o bleed",
        "no change in the pleural effusion",
        "not without effusion",
        "not only pneumonia",
        "gram negative pneumonia",
        "triple negative breast cancer",
        "non-contrast CT head",
        "CT without contrast",
        "normal chest x-ray, no abnormality",
        "chest x-ray - pneumonia",
        "CT abdomen w/o contrast",
        "CT head with & without contrast",
        "MRI knee w/wo contrast",
        "knee with and without effusion",
        "levels T10-T11 and L4-5",
        "patient's 'old' film",
        "x-ray of the non-dominant hand",
        "no",
        "without",
    ],
)
def test_what_only_looks_like_a_denial(text):
    assert absent(text) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("chest x-ray without pneumonia", "chest x-ray"),
        ("MRI brain with no mass or bleed, with hydrocephalus", "MRI brain, with hydrocephalus"),
        ("US abdomen, free fluid absent, gallstones", "US abdomen, gallstones"),
        ("no pneumothorax", ""),
        ("r/o bleed on CT head", "bleed on CT head"),
        ("PTX on CXR (old)", "pneumothorax on chest x-ray (old)"),
        ("no", "no"),
        ('"pleural effusion" in the chest', "pleural effusion in the chest"),
        ("R knee, lt hip", "right knee, lt hip"),
        ("chest -'surgical clips' film", "chest film"),
    ],
)
def test_the_sentence_without_what_is_denied(text, sentence):
    assert understood(text).sentence == sentence


def test_a_text_is_understood_when_all_its_words_are():
    assert understood("show me chest films with an effusion").is_understood
    assert not understood("show me chest films with a gossypiboma").is_understood
