"""Which captions are true of which images."""

import numpy as np

from training.facts import facts_of, tabulate
from training.manifest import Example
from training.vocabulary import read_vocabulary

VOCABULARY = read_vocabulary()


def example(**fields: str) -> Example:
    known = {"path": "", "source": "s", "modality": "MR", "body_part": "head", "group_id": "g"}
    return Example(**{**known, **fields})


def relation(stated: set[tuple[str, str]], *examples: Example) -> list[str]:
    table = tabulate(list(examples), VOCABULARY)
    positive, negative = table.relations([stated], np.arange(len(examples)))
    names = {(True, False): "true", (False, True): "false", (False, False): "open"}
    return [names[bool(p), bool(n)] for p, n in zip(positive[0], negative[0], strict=True)]


def test_a_finding_implies_what_is_broader() -> None:
    facts = facts_of(example(finding="glioma"), VOCABULARY)

    assert {("finding", "glioma"), ("finding", "mass"), ("finding", "abnormal")} <= facts
    assert ("finding", "normal") not in facts


def test_a_broad_caption_is_true_of_every_image_it_fits() -> None:
    images = [
        example(finding="glioma"),
        example(finding="meningioma"),
        example(finding="no tumor"),
        example(modality="US", body_part="breast", finding="benign mass"),
    ]

    assert relation({("finding", "mass")}, *images) == ["true", "true", "false", "true"]
    assert relation({("finding", "mass"), ("body_part", "head")}, *images) == [
        "true", "true", "false", "false",
    ]  # fmt: skip


def test_an_unknown_view_is_left_open_but_an_unnamed_finding_is_a_no() -> None:
    silent, axial, ill = example(), example(view="axial"), example(finding="glioma")

    assert relation({("view", "axial")}, silent, axial) == ["open", "true"]
    assert relation({("finding", "glioma")}, silent, ill) == ["false", "true"]


def test_one_false_fact_outweighs_what_is_open() -> None:
    other_modality = example(modality="CT")
    right = example(view="axial")

    stated = {("modality", "MR"), ("view", "axial")}
    assert relation(stated, other_modality, right) == ["false", "true"]


def test_several_findings_and_views_all_hold() -> None:
    facts = facts_of(
        example(modality="XR", body_part="chest", view="PA", finding="free air; pneumonia"),
        VOCABULARY,
    )

    assert {("finding", "free air"), ("finding", "pneumonia")} <= facts
    assert {("view", "PA"), ("view", "frontal")} <= facts


def test_a_lung_counts_as_chest() -> None:
    facts = facts_of(example(modality="US", body_part="lung"), VOCABULARY)

    assert ("body_part", "chest") in facts
    assert ("body_part", "lung") not in facts


def test_the_source_caption_tells_of_a_child() -> None:
    child = example(caption="chest X-ray of a child with viral pneumonia")

    assert ("patient", "child") in facts_of(child, VOCABULARY)
    assert ("patient", "child") not in facts_of(example(caption="children's art"), VOCABULARY)


def test_covid_is_a_pneumonia_but_not_what_its_source_calls_viral() -> None:
    facts = facts_of(example(modality="XR", body_part="chest", finding="COVID-19"), VOCABULARY)

    assert ("finding", "pneumonia") in facts
    assert ("finding", "viral pneumonia") not in facts
