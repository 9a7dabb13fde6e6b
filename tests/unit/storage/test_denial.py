"""What a report says is there, told apart from what it rules out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.denial import told_apart, without_signs


def parts(text: str) -> tuple[list[str], list[str]]:
    told = told_apart(text)
    return [part.strip() for part in told.affirmed], [part.strip() for part in told.denied]


@pytest.mark.parametrize(
    ("text", "affirmed", "denied"),
    [
        ("Large effusion. No fracture.", ["Large effusion"], ["No fracture"]),
        ("No effusion, mass or nodule", [], ["No effusion, mass or nodule"]),
        ("Clear without effusion", ["Clear"], ["without effusion"]),
        ("No effusion but a nodule", ["but a nodule"], ["No effusion"]),
        ("A 1.5 mm nodule; no 2.5 mm one", ["A 1.5 mm nodule"], ["no 2.5 mm one"]),
        ("The left pneumothorax has resolved.", [], ["The left pneumothorax has resolved"]),
        ("Fracture is not seen, air is", [", air is"], ["Fracture is not seen"]),
        ("No change in the effusion", ["No change in the effusion"], []),
        ("Pneumothorax cannot be excluded", ["Pneumothorax cannot be excluded"], []),
        ("The nodule is no longer seen", [], ["The nodule is no longer seen"]),
        ("Effusion is not significantly changed", ["Effusion is"], ["not significantly changed"]),
        (
            "Resolution of edema, stable mass; clear of blood",
            [],
            ["Resolution of edema, stable mass", "clear of blood"],
        ),
        (
            "Heart is enlarged, lungs are without mass",
            ["Heart is enlarged, lungs are"],
            ["without mass"],
        ),
        ("Nodule, note, notable", ["Nodule, note, notable"], []),
        ("NO\nEVIDENCE OF mass", ["EVIDENCE OF mass"], ["NO"]),
        ("Kein Erguss. Herz groß", ["Herz groß"], ["Kein Erguss"]),
        ("Pas d'épanchement", [], ["Pas d'épanchement"]),
        ("双肺未见气胸、积液，右肺见结节", ["双肺", "右肺见结节"], ["未见气胸、积液"]),
        ("结节无明显变化", ["结节无明显变化"], []),
        ("no mass - x-ray", ["x-ray"], ["no mass"]),
        ("", [], []),
    ],
)
def test_a_denial_reaches_to_the_end_of_its_clause(
    text: str, affirmed: list[str], denied: list[str]
) -> None:
    assert parts(text) == (affirmed, denied)


@given(st.text(alphabet=st.sampled_from("no but . , 未见\nseen"), max_size=60))
def test_nothing_is_lost_but_marks_between_clauses(text: str) -> None:
    told = told_apart(text)

    kept = "".join((*told.affirmed, *told.denied))
    assert sorted(_letters(kept)) == sorted(_letters(text))


def _letters(text: str) -> str:
    return "".join(mark for mark in text if mark not in " .\n")


def test_signs_are_left_out_of_a_clause() -> None:
    assert without_signs("no mass, not seen").split() == ["mass,"]
    assert without_signs("未见气胸").split() == ["气胸"]
