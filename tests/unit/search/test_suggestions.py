import pytest

from core.types import EncoderCard
from search.language.lexicon import Kind
from search.language.understanding import understand
from search.language.vocabulary import vocabulary
from search.suggestions import concepts_of, examples, held_concepts, suggestions
from tests.unit.search.filtered_rows import FilteredRows

CARD = EncoderCard("mini", "1", 3, "c0" * 32, "squash-8", "none")
ROWS = FilteredRows(
    {
        "modality": ["CR", "CR", "DX", "MR", "MR", "CT", "OT", None],
        "body_part": ["CHEST", "CHEST", "CHEST", "BRAIN", "HEAD", None, "CHEST", None],
        "view": ["PA", "AP", None, None, None, None, None, None],
    }
)


def test_tags_are_read_as_concepts_with_broader_ones():
    held = held_concepts(ROWS)
    assert (held["XR"], held["MR"], held["CT"], held["PA"]) == (3, 2, 1, 1)
    assert (held["chest"], held["brain"], held["head"]) == (4, 1, 2)


@pytest.mark.parametrize(
    ("value", "kind", "named"),
    [
        ("*HEAD* <B>", Kind.PART, {"head"}),
        ("CSPINE", Kind.PART, {"cervical spine", "spine"}),
        ("CHEST", Kind.MODALITY, set()),
        ("OT", Kind.MODALITY, set()),
        ("", Kind.PART, set()),
    ],
)
def test_a_tag_names_concepts_of_its_kind_alone(value, kind, named):
    assert concepts_of(value, kind) == named


def test_an_encoder_with_few_words_is_offered_those_alone():
    few = {word.concept for word in vocabulary("mini")}
    assert {"chest", "pneumonia", "CT"} <= few
    assert "knee" not in few
    assert "knee" in {word.concept for word in vocabulary("medimageinsight")}


def test_chinese_words_are_offered_with_their_english():
    (word,) = [each for each in vocabulary("mini") if each.text == "肺炎"]
    assert (word.concept, word.kind, word.means) == ("pneumonia", Kind.FINDING, "pneumonia")


def test_other_words_for_a_concept_lead_to_it():
    (word,) = [each for each in vocabulary("x") if each.text == "pleural effusion"]
    assert "hydrothorax" in word.also


def test_what_the_collection_holds_most_of_comes_first():
    offered = suggestions("mini", ROWS)
    places = {each.word.text: place for place, each in reversed(list(enumerate(offered)))}
    assert places["chest"] < places["x-ray"] < places["MRI"] < places["CT"] < places["abdomen"]
    assert places["pneumonia"] < places["glioma"]
    assert next(each.pictures for each in offered if each.word.text == "chest") == 4


def test_examples_are_of_what_the_collection_holds():
    assert examples("mini", ROWS) == (
        "chest x-ray",
        "chest x-ray, pneumonia",
        "head MRI",
        "head MRI, glioma",
    )


def test_examples_in_chinese_say_the_same():
    chinese = examples("mini", ROWS, in_chinese=True)
    assert chinese[0] == "胸部X线片"
    english = [understand(text, CARD).terms[-1].text for text in chinese]
    assert english == [understand(text, CARD).terms[-1].text for text in examples("mini", ROWS)]


def test_a_collection_that_says_nothing_has_no_examples():
    nothing = [None, None]
    rows = FilteredRows({"modality": nothing, "body_part": nothing, "view": nothing})
    assert examples("mini", rows) == ()
