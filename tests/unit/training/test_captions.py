"""Captions: that they say only what is so, and vary as queries do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.captions import CaptionWriter, Habits
from training.facts import facts_of
from training.manifest import Example
from training.vocabulary import Term, Vocabulary, read_vocabulary

VOCABULARY = read_vocabulary()
PLAIN = Habits(opening=0, ending=0, typo=0, broader=0, joint=0, source_caption=0)
SEEDS = st.integers(0, 2**32)


def example(**fields: str) -> Example:
    known = {"path": "", "source": "s", "modality": "MR", "body_part": "head", "group_id": "g"}
    return Example(**{**known, **fields})


def labelled() -> st.SearchStrategy[Example]:
    findings = [*VOCABULARY.terms["finding"], "", "ring enhancing lesion", "free air; mass"]
    return st.builds(
        Example,
        path=st.just(""),
        source=st.just("s"),
        modality=st.sampled_from([*VOCABULARY.terms["modality"], "", "PT"]),
        body_part=st.sampled_from([*VOCABULARY.terms["body_part"], "knee"]),
        group_id=st.just("g"),
        view=st.sampled_from([*VOCABULARY.terms["view"], "", "lateral"]),
        finding=st.sampled_from(findings),
        caption=st.sampled_from(["", "x-ray of a child"]),
    )


@given(labelled(), SEEDS)
def test_a_caption_says_something_and_only_what_is_so(image: Example, seed: int) -> None:
    caption = CaptionWriter(VOCABULARY).write(image, np.random.default_rng(seed))

    assert caption.text.strip()
    assert caption.text == caption.text.lower()
    assert caption.facts
    assert caption.facts <= facts_of(image, VOCABULARY)


@given(labelled(), SEEDS)
def test_the_same_generator_writes_the_same_caption(image: Example, seed: int) -> None:
    writer = CaptionWriter(VOCABULARY)

    first = writer.write(image, np.random.default_rng(seed))

    assert first == writer.write(image, np.random.default_rng(seed))


def written(
    image: Example, habits: Habits, count: int = 400
) -> dict[str, frozenset[tuple[str, str]]]:
    writer, rng = CaptionWriter(VOCABULARY, habits), np.random.default_rng(0)
    captions = [writer.write(image, rng) for _ in range(count)]
    return {caption.text: caption.facts for caption in captions}


def test_captions_use_synonyms_orders_and_single_facts() -> None:
    texts = written(example(finding="glioma"), PLAIN, count=2000)

    assert len(texts) > 800
    assert {"mri", "glioma", "brain"} <= texts.keys()
    assert any("magnetic resonance" in text for text in texts)
    assert any(text.startswith("glioma") for text in texts)
    assert any(text.endswith("glioma") for text in texts)


def test_words_that_name_a_place_state_it() -> None:
    texts = written(example(modality="US", body_part="breast", finding="malignant mass"), PLAIN)

    assert texts["breast cancer"] == {
        ("finding", "malignant mass"),
        ("finding", "mass"),
        ("finding", "abnormal"),
        ("body_part", "breast"),
    }


def test_a_broader_word_states_the_broader_fact_alone() -> None:
    always = Habits(opening=0, ending=0, typo=0, broader=1, joint=0, source_caption=0)

    texts = written(example(finding="glioma"), always)

    assert texts["tumor"] == {("finding", "mass")}
    assert texts["abnormal"] == {("finding", "abnormal")}


def test_the_caption_of_the_source_is_used_as_it_is() -> None:
    always = Habits(source_caption=1)
    image = example(finding="glioma", caption="Brain MRI with glioma")

    texts = written(image, always, count=3)

    assert texts == {"brain mri with glioma": facts_of(image, VOCABULARY)}


def test_a_typo_changes_one_place() -> None:
    mistyping = Habits(opening=0, ending=0, typo=1, broader=0, joint=0, source_caption=0)
    image = example(modality="PT", body_part="")  # only "pt" can be said

    texts = written(image, mistyping)

    assert {"tp", "t", "ppt"} <= texts.keys()
    assert all(len(text) in (1, 2, 3) for text in texts)


def test_a_stray_word_is_put_between_the_others() -> None:
    straying = Habits(0, 0, 0, 0, 0, 0, stray=1)

    texts = written(example(modality="PT", body_part=""), straying)  # only "pt" can be said

    words = [text.split(" ") for text in texts]
    assert all(len(pair) == 2 and "pt" in pair for pair in words)
    assert len({word for pair in words for word in pair}) > 100


@pytest.mark.parametrize("kind", ["modality", "body_part", "view", "patient", "finding"])
def test_every_broader_label_of_the_table_is_in_the_table(kind: str) -> None:
    terms = VOCABULARY.terms[kind]

    broader = {name for term in terms.values() for name in (*term.implies, term.counts_as) if name}

    assert broader <= terms.keys()


def test_places_and_pairs_of_the_table_are_in_the_table() -> None:
    bodies = VOCABULARY.terms["body_part"].keys()
    places = {body for term in VOCABULARY.terms["finding"].values() for body, _ in term.at}

    assert places <= bodies
    assert {body for _, body in VOCABULARY.joint} <= bodies
    assert {modality for modality, _ in VOCABULARY.joint} <= VOCABULARY.terms["modality"].keys()


def test_no_word_stands_for_two_labels_of_a_kind() -> None:
    """Else a caption would be wrong for the images of the other. A lung counts as chest."""
    for kind, terms in VOCABULARY.terms.items():
        labels = [name for name, term in terms.items() if not term.counts_as]
        words = [word for name in labels for word in set(terms[name].words)]
        assert len(words) == len(set(words)), kind


def test_a_label_that_the_table_lacks_names_itself() -> None:
    vocabulary: Vocabulary = VOCABULARY

    assert vocabulary.term("body_part", "Knee") == Term(words=("knee",))
    assert not vocabulary.knows("body_part", "Knee")
