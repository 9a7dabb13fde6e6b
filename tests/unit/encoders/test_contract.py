"""What every registered encoder must keep, whatever is inside."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import Pixels
from encoders.base import Encoder
from encoders.registry import ENCODERS, load_encoder

TEXTS = ["chest x-ray", "", "MRI of the lumbar spine, sagittal, T2", "knee"]


@pytest.fixture(scope="module", params=sorted(ENCODERS))
def encoder(request: pytest.FixtureRequest, e2e_folder: Path, resnet_bert_folder: Path) -> Encoder:
    if request.param == "medimageinsight":
        return load_encoder(request.param, e2e_folder, "cpu")
    if request.param == "resnet_bert":
        return load_encoder(request.param, resnet_bert_folder, "cpu")
    request.getfixturevalue(f"shipped_{request.param}")
    return load_encoder(request.param, device="cpu")


@pytest.fixture(scope="module")
def pictures(encoder: Encoder) -> list[Pixels]:
    random = np.random.default_rng(0)
    shapes = [(40, 60), (301, 17), (128, 128), (1, 1), (96, 97)]
    return [encoder.prepare(random.integers(0, 256, (*s, 3), np.uint8)) for s in shapes]


def test_rows_are_float32_unit_vectors_of_the_cards_width(
    encoder: Encoder, pictures: list[Pixels]
) -> None:
    for rows, count in ((encoder.embed_images(pictures), 5), (encoder.embed_texts(TEXTS), 4)):
        assert rows.shape == (count, encoder.card.dim)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_a_row_does_not_depend_on_its_batch(encoder: Encoder, pictures: list[Pixels]) -> None:
    one_by_one = [encoder.embed_images([picture])[0] for picture in pictures]
    np.testing.assert_allclose(encoder.embed_images(pictures), one_by_one, atol=1e-5)

    alone = [encoder.embed_texts([text])[0] for text in TEXTS]
    np.testing.assert_allclose(encoder.embed_texts(TEXTS), alone, atol=1e-5)


def test_the_same_input_gives_the_same_row(encoder: Encoder, pictures: list[Pixels]) -> None:
    assert np.array_equal(encoder.embed_images(pictures), encoder.embed_images(pictures))
    assert np.array_equal(encoder.embed_texts(TEXTS), encoder.embed_texts(TEXTS))


def test_different_inputs_give_different_rows(encoder: Encoder, pictures: list[Pixels]) -> None:
    for rows in (encoder.embed_images(pictures), encoder.embed_texts(TEXTS)):
        cosines = rows @ rows.T - np.eye(len(rows))
        assert cosines.max() < 0.99999


def test_the_mean_of_the_regions_is_the_row(encoder: Encoder, pictures: list[Pixels]) -> None:
    regions = encoder.regions(pictures)

    assert regions.dtype == np.float32
    assert min(regions.shape[1:3]) > 1
    rows = encoder.embed_images(pictures)
    np.testing.assert_allclose(regions.mean(axis=(1, 2)), rows, atol=1e-5)


def test_no_input_gives_no_rows(encoder: Encoder) -> None:
    assert encoder.regions([]).shape == (0, 0, 0, encoder.card.dim)
    assert encoder.embed_images([]).shape == (0, encoder.card.dim)
    assert encoder.embed_texts([]).shape == (0, encoder.card.dim)
    assert encoder.embed_images([]).dtype == encoder.embed_texts([]).dtype == np.float32


@settings(max_examples=25)
@given(height=st.integers(1, 700), width=st.integers(1, 700))
def test_prepare_takes_any_shape(encoder: Encoder, height: int, width: int) -> None:
    prepared = encoder.prepare(np.full((height, width, 3), 200, np.uint8))

    side = prepared.shape[0]
    assert prepared.shape == (side, side, 3)
    assert prepared.dtype == np.uint8
    assert (prepared == 200).all()


def test_what_is_not_read_changes_nothing(encoder: Encoder) -> None:
    long = "1 " * 100

    unread = encoder.unread(long)

    assert unread is not None
    read = long.removesuffix(unread.rest)
    assert read + unread.rest == long
    assert 0 < len(read) < len(long)
    np.testing.assert_array_equal(encoder.embed_texts([long]), encoder.embed_texts([read]))
    assert encoder.unread(read) is None
    assert [encoder.unread(text) for text in TEXTS] == [None] * len(TEXTS)


def test_prepare_is_picklable(encoder: Encoder) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (33, 44, 3), np.uint8)

    restored = pickle.loads(pickle.dumps(encoder.prepare))  # noqa: S301 (own bytes)

    assert np.array_equal(restored(pixels), encoder.prepare(pixels))


def test_the_card_belongs_to_its_row(encoder: Encoder) -> None:
    assert encoder.card.licence == ENCODERS[encoder.card.name].licence
    assert encoder.device == "cpu"
    assert encoder.logit_scale > 0
    assert encoder.reads_texts
