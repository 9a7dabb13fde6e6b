import pytest

from search.language.lexicon import lexicon
from search.language.reading import read
from search.language.text import normalise


def concepts(text):
    return [name for item in read(normalise(text), lexicon()) for name in item.concepts]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CXR", ["XR", "chest"]),
        ("chest xrays", ["chest", "XR"]),
        ("PA chest radiograph", ["PA", "chest", "XR"]),
        ("LLL consolidation", ["left lower lobe", "consolidation"]),
        ("ptx", ["pneumothorax"]),
        ("NG tube", ["nasogastric tube"]),
        ("T2w FLAIR brain", ["T2 weighted", "FLAIR", "brain"]),
        ("oedema of the lungs", ["edema", "lung"]),
        ("brain tumour", ["brain tumor"]),
        ("CT A/P", ["CT", "abdomen", "pelvis"]),
        ("p.a. chest", ["PA", "chest"]),
        ("SARS-CoV-2 pneumonia", ["COVID-19"]),
        ("NCCT head", ["CT", "non-contrast", "head"]),
    ],
)
def test_words_of_the_field(text, names):
    assert concepts(text) == names


def test_the_longest_phrase_is_taken():
    assert concepts("glioblastoma multiforme") == ["glioblastoma"]
    assert concepts("glioblastoma multi") == ["glioblastoma"]


@pytest.mark.parametrize("text", ["US", "US of the thyroid", "breast us", "us abdomen"])
def test_ultrasound_by_its_short_form(text):
    assert "US" in concepts(text)


@pytest.mark.parametrize("text", ["show us all", "give us a chest film", "as ms pe"])
def test_words_of_english_are_no_short_forms(text):
    assert not {"US", "ankylosing spondylitis", "multiple sclerosis"} & set(concepts(text))


def test_a_phrase_does_not_go_beyond_a_mark():
    assert concepts("chest. film") == ["chest", "XR"]
    assert concepts("lungs, clear") == ["lung"]
