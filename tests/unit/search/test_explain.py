"""Heat maps of pictures whose regions are known, by an encoder that sees colours."""

import numpy as np
import pytest

from core.types import Tags
from search.covering import GRID, covering_heat
from search.explain import heat_map, over_all, parts_heat, shared_tags
from search.method import Method
from tests.fakes import ColourEncoder, shrink

ENCODER = ColourEncoder()


def quarter(colour, others=(90, 90, 90)):
    """A grey picture whose left upper quarter has a colour: (64, 64, 3)."""
    pixels = np.full((64, 64, 3), others, np.uint8)
    pixels[:32, :32] = colour
    return pixels


def row(text):
    return ENCODER.embed_texts([text])[0]


@pytest.mark.parametrize("make", [covering_heat, parts_heat])
def test_the_region_that_was_asked_for_is_the_hottest(make):
    heat = make(ENCODER, shrink(quarter((250, 20, 20))), row("red"))

    inside = np.zeros(heat.shape, bool)
    inside[:4, :4] = True
    assert heat.dtype == np.float32
    assert heat[inside].min() > heat[~inside].max()


def test_parts_add_up_to_the_score():
    prepared = shrink(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8))

    heat = parts_heat(ENCODER, prepared, row("green"))

    assert heat.sum() == pytest.approx(float(ENCODER.embed_images([prepared])[0] @ row("green")))


def test_a_cell_has_the_mean_of_the_falls_when_it_is_covered():
    prepared = shrink(quarter((20, 20, 250)))

    heat = covering_heat(ENCODER, prepared, row("blue"))

    falls = []
    for top in (2, 3):
        for left in (4, 5):  # the four squares of two cells over the cell in row 3, column 5
            copy = prepared.copy()
            copy[top : top + 2, left : left + 2] = prepared.mean(axis=(0, 1))
            before, after = ENCODER.embed_images([prepared, copy]) @ row("blue")
            falls.append(before - after)
    assert heat.shape == (GRID, GRID)
    assert heat[3, 5] == pytest.approx(np.mean(falls), abs=1e-6)


def test_covering_what_speaks_against_the_query_is_cold():
    heat = covering_heat(ENCODER, shrink(quarter((250, 20, 20), (20, 20, 250))), row("blue"))

    assert heat[:3, :3].max() < 0 < heat[5:, 5:].min()


@pytest.mark.parametrize("method", Method)
def test_a_heat_map_keeps_the_picture_and_its_score(method):
    pixels = quarter((250, 20, 20))

    found = heat_map(ENCODER, pixels, row("red"), method)

    assert found.pixels is pixels
    expected = ENCODER.embed_images([shrink(pixels)])[0] @ row("red")
    assert found.score == pytest.approx(float(expected))


def test_tags_are_shared_that_all_state_alike_and_that_name_nobody():
    ours = Tags("CR", "CHEST", view="PA", study_uid="1", manufacturer="Acme", kvp=120.0)
    theirs = Tags("CR", "CHEST", view="AP", study_uid="1", manufacturer="Acme", kvp=120.0)

    assert dict(shared_tags([ours, theirs])) == {
        "modality": "CR",
        "body_part": "CHEST",
        "manufacturer": "Acme",
        "kvp": "120.0",
    }
    assert list(shared_tags([ours])) == []


def test_a_map_of_the_middle_lies_in_the_middle_of_the_picture() -> None:
    heat = np.arange(1, 5, dtype=np.float32).reshape(2, 2)

    spread = over_all(heat, (1.0, 0.5))

    rows = [[0, 0, 1, 1, 2, 2, 0, 0], [0, 0, 3, 3, 4, 4, 0, 0]]
    assert spread.tolist() == np.repeat(rows, 2, axis=0).tolist()
    assert over_all(heat, (1.0, 1.0)) is heat
