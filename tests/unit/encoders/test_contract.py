"""What every registered encoder must keep, whatever is inside."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidRequest
from core.types import Embeddings, Pixels
from encoders.base import Encoder
from encoders.registry import ENCODERS, load_encoder
from tests.tiny_models import TINY

TEXTS = ["chest x-ray", "", "MRI of the lumbar", "knee"]


@pytest.fixture(scope="module", params=[*sorted(ENCODERS), *TINY])
def encoder(
    request: pytest.FixtureRequest,
    e2e_folder: Path,
    resnet_bert_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Encoder:
    if request.param in TINY:
        folder = TINY[request.param](tmp_path_factory.mktemp(request.param) / "tiny")
        return load_encoder(str(folder), device="cpu")
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


def texts_of(encoder: Encoder) -> Embeddings:
    """Rows of texts; none of an encoder that reads none."""
    dim = encoder.card.dim
    return encoder.embed_texts(TEXTS) if encoder.reads_texts else np.empty((0, dim), np.float32)


def test_rows_are_float32_unit_vectors_of_the_cards_width(
    encoder: Encoder, pictures: list[Pixels]
) -> None:
    texts = texts_of(encoder)
    for rows, count in ((encoder.embed_images(pictures), 5), (texts, len(texts))):
        assert rows.shape == (count, encoder.card.dim)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_a_row_does_not_depend_on_its_batch(encoder: Encoder, pictures: list[Pixels]) -> None:
    one_by_one = [encoder.embed_images([picture])[0] for picture in pictures]
    np.testing.assert_allclose(encoder.embed_images(pictures), one_by_one, atol=1e-5)

    if encoder.reads_texts:
        alone = [encoder.embed_texts([text])[0] for text in TEXTS]
        np.testing.assert_allclose(encoder.embed_texts(TEXTS), alone, atol=1e-5)


def test_the_same_input_gives_the_same_row(encoder: Encoder, pictures: list[Pixels]) -> None:
    assert np.array_equal(encoder.embed_images(pictures), encoder.embed_images(pictures))
    assert np.array_equal(texts_of(encoder), texts_of(encoder))


def test_different_inputs_give_different_rows(encoder: Encoder, pictures: list[Pixels]) -> None:
    for rows in (encoder.embed_images(pictures), texts_of(encoder)):
        cosines = rows @ rows.T - np.eye(len(rows))
        assert cosines.max(initial=0) < 0.99999


def test_the_mean_of_the_regions_is_the_row_or_they_are_refused(
    encoder: Encoder, pictures: list[Pixels]
) -> None:
    if encoder.card.preprocessing.endswith(("-cls", "-attention")):
        with pytest.raises(InvalidRequest, match="--method covering"):
            encoder.regions(pictures)
        return
    regions = encoder.regions(pictures)

    assert regions.dtype == np.float32
    assert min(regions.shape[1:3]) > 1
    rows = encoder.embed_images(pictures)
    np.testing.assert_allclose(regions.mean(axis=(1, 2)), rows, atol=1e-5)


def test_no_input_gives_no_rows(encoder: Encoder) -> None:
    nothing = [encoder.embed_images([])]
    nothing += [encoder.embed_texts([])] if encoder.reads_texts else []
    assert {rows.shape for rows in nothing} == {(0, encoder.card.dim)}
    assert {rows.dtype for rows in nothing} == {np.dtype(np.float32)}


@settings(max_examples=25)
@given(height=st.integers(1, 700), width=st.integers(1, 700))
def test_prepare_takes_any_shape(encoder: Encoder, height: int, width: int) -> None:
    prepared = encoder.prepare(np.full((height, width, 3), 200, np.uint8))

    side = prepared.shape[0]
    assert prepared.shape == (side, side, 3)
    assert prepared.dtype == np.uint8
    assert (prepared == 200).all()


def test_what_is_not_read_changes_nothing_or_texts_are_refused(encoder: Encoder) -> None:
    if not encoder.reads_texts:
        for ask in (encoder.unread, lambda text: encoder.embed_texts([text])):
            with pytest.raises(InvalidRequest, match="knows pictures alone, no texts"):
                ask("knee")
        return
    long = "1 " * 99 + "1"

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
    row = ENCODERS.get(encoder.card.name)
    assert row is None or encoder.card.licence == row.licence
    assert encoder.device == "cpu"
    assert encoder.logit_scale > 0
