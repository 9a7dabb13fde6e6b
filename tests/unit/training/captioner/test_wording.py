"""The caption of an image: what its labels say, and the way back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.captioner.wording import MODALITIES, VIEWS, Named, caption_of, named_in
from training.manifest import Example
from training.vocabulary import read_vocabulary

VOCABULARY = read_vocabulary()
FINDINGS = sorted(VOCABULARY.terms["finding"])
FILM = Example("1.png", "s", "XR", "chest", "p", view="AP", finding="viral pneumonia")


@pytest.mark.parametrize(
    ("example", "caption"),
    [
        (FILM, "X-ray of the chest, AP view: viral pneumonia."),
        (replace(FILM, caption="of a child"),
         "X-ray of the chest, AP view, child: viral pneumonia."),
        (replace(FILM, view="", finding=""), "X-ray of the chest."),
        (replace(FILM, finding="left apical pneumothorax"), "X-ray of the chest, AP view."),
        (replace(FILM, modality="MR", view="axial", finding="normal"),
         "MRI of the chest, axial plane: normal."),
        (replace(FILM, modality="NM", view="odd", finding=""), "NM of the chest."),
    ],
)  # fmt: skip
def test_a_caption_says_what_the_labels_say_and_no_more(example: Example, caption: str) -> None:
    assert caption_of(example, VOCABULARY) == caption


@given(
    modality=st.sampled_from([*MODALITIES, "NM"]),
    body_part=st.sampled_from(["head", "chest", "lung", "abdomen", "breast", "hand"]),
    view=st.sampled_from(["", *VIEWS]),
    finding=st.sampled_from(["", *FINDINGS]),
    child=st.booleans(),
)
def test_what_a_caption_states_can_be_read_back(
    modality: str, body_part: str, view: str, finding: str, child: bool
) -> None:
    said = "of a child" if child else ""
    example = Example("1", "s", modality, body_part, "p", view=view, finding=finding, caption=said)

    assert named_in(caption_of(example, VOCABULARY)) == Named(modality, body_part, finding)


@pytest.mark.parametrize("text", ["", "CT", "CT of the head", "CT of the ."])
def test_other_texts_state_nothing(text: str) -> None:
    assert named_in(text) == Named("", "", "")
