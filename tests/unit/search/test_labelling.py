"""Probabilities of labels, against the definitions written out."""

from math import exp

import numpy as np
import pytest
from fakes import ColourEncoder

from search.labels.counting import chosen
from search.labels.labelling import judge, label_rows, spelt_out
from storage.label_sets import Label, LabelSet

PICTURES = np.array([[1, 0, 0], [0.6, 0.8, 0]], np.float32)
COLOURS = LabelSet(
    "colours",
    (
        Label("red", ("red",), "warm"),
        Label("green", ("green",), "cold"),
        Label("both", ("red", "green"), "warm"),
        Label("blue", ("blue",), "cold"),
    ),
)
HALF = 0.5**0.5


def test_a_label_of_several_texts_is_their_mean_of_unit_length():
    rows = label_rows(COLOURS, ColourEncoder())

    np.testing.assert_allclose(rows, [[1, 0, 0], [0, 1, 0], [HALF, HALF, 0], [0, 0, 1]], atol=1e-6)


def test_of_a_text_that_is_too_long_the_log_tells(caplog):
    asked = LabelSet("colours", (Label("red", (" ".join(["red"] * 40 + ["blue"]),)),))

    rows = label_rows(asked, ColourEncoder())

    np.testing.assert_allclose(rows, [[1, 0, 0]], atol=1e-6)
    assert "label=red colour reads 40 tokens" in caplog.text


def test_labels_compete_within_their_group_alone():
    judged = judge(PICTURES, label_rows(COLOURS, ColourEncoder()), COLOURS, 10.0)

    warm = [exp(10 * 0.6), exp(10 * 1.4 * HALF)]
    cold = [exp(10 * 0.8), exp(0)]
    expected = [
        warm[0] / sum(warm), cold[0] / sum(cold), warm[1] / sum(warm), cold[1] / sum(cold),
    ]  # fmt: skip
    assert judged[1] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(judged[:, [0, 2]].sum(axis=1), 1, atol=1e-6)


def test_labels_of_a_multilabel_set_are_judged_alone():
    asked = LabelSet("colours", COLOURS.labels, multilabel=True)

    judged = judge(PICTURES, label_rows(asked, ColourEncoder()), asked, 10.0)

    assert judged[1, 0] == pytest.approx(1 / (1 + exp(-6)), rel=1e-5)
    assert judged[0, 3] == pytest.approx(0.5)


def test_a_picture_has_one_label_of_each_group_or_all_that_are_past_a_half():
    table = np.array([[0.6, 0.9, 0.4, 0.1], [0.1, 0.2, 0.9, 0.8]], np.float32)

    one_each = chosen(COLOURS, table)
    past_half = chosen(LabelSet("c", COLOURS.labels, True), table)

    assert one_each.tolist() == [[True, True, False, False], [False, False, True, True]]
    assert past_half.tolist() == [[True, True, False, False], [False, False, True, True]]


def test_a_label_without_texts_gets_those_that_it_is_understood_as():
    asked = LabelSet("colours", (Label("red", ("scarlet",)), Label("green")))

    spelt = spelt_out(asked, ColourEncoder.card)

    assert spelt.labels[0] == asked.labels[0]
    assert "green" in spelt.labels[1].texts
