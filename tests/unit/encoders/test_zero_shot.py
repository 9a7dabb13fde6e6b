"""Label probabilities against those the reference recorded."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from encoders.zero_shot import probabilities

GOLDEN = Path(__file__).parents[2] / "golden" / "medimageinsight"


@pytest.mark.parametrize(("multilabel", "name"), [(False, "softmax"), (True, "sigmoid")])
def test_probabilities_of_the_tiny_model_are_the_recorded_ones(multilabel: bool, name: str) -> None:
    recorded = load_file(GOLDEN / "tiny" / "golden.safetensors")

    found = probabilities(
        recorded["image_embeddings"],
        recorded["txt.embedding"],
        float(recorded["logit_scale_exp"][0]),
        multilabel,
    )

    np.testing.assert_allclose(found, recorded[name], atol=5e-6, rtol=0)


@pytest.mark.parametrize(("multilabel", "name"), [(False, "softmax"), (True, "sigmoid")])
def test_probabilities_of_named_labels_are_the_recorded_ones(multilabel: bool, name: str) -> None:
    meta = json.loads((GOLDEN / "e2e" / "meta.json").read_text(encoding="utf-8"))
    recorded = load_file(GOLDEN / "e2e" / "golden.safetensors")
    labels = meta["predict_labels"]
    rows = [meta["texts"].index(label) for label in labels]

    found = probabilities(
        recorded["image_embeddings"], recorded["text_embeddings"][rows], np.exp(3), multilabel
    )

    expected = [[answer[label] for label in labels] for answer in meta[f"predict_{name}"]]
    np.testing.assert_allclose(found, expected, atol=5e-6, rtol=0)


@given(scale=st.floats(0, 1e6), multilabel=st.booleans())
def test_no_scale_overflows(scale: float, multilabel: bool) -> None:
    unit = np.eye(3, dtype=np.float32)

    found = probabilities(unit, np.concatenate([unit, -unit]), scale, multilabel)

    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()


def test_exclusive_labels_share_one() -> None:
    rows = np.random.default_rng(0).standard_normal((20, 8)).astype(np.float32)

    found = probabilities(rows[:5], rows, 3.0, multilabel=False)

    np.testing.assert_allclose(found.sum(axis=1), np.ones(5), atol=1e-6)


def test_the_values_of_labels_judged_alone_do_not_depend_on_the_others() -> None:
    rows = np.random.default_rng(0).standard_normal((6, 8)).astype(np.float32)

    together = probabilities(rows[:1], rows, 2.0, multilabel=True)
    alone = probabilities(rows[:1], rows[3:4], 2.0, multilabel=True)

    assert together[0, 3] == pytest.approx(alone[0, 0], abs=1e-6)


def test_an_offset_moves_sigmoids_and_leaves_softmax_alone() -> None:
    rows = np.eye(2, dtype=np.float32)

    alone = probabilities(rows, rows, 10.0, multilabel=True, logit_bias=-10.0)

    np.testing.assert_allclose(alone.diagonal(), 0.5)
    together = (probabilities(rows, rows, 2.0, False, logit_bias=bias) for bias in (0.0, 1.0))
    np.testing.assert_allclose(*together, atol=1e-7)
