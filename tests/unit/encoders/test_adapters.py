"""An adapter is a matrix behind an encoder, and a variant of its card."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import ColourEncoder

from core.errors import CardMismatch, InvalidRequest, UnknownName, WeightsMismatch, WeightsMissing
from encoders.adapted import AdaptedEncoder
from encoders.adapters import (
    Adapter,
    adapter_names,
    adapter_of,
    keep_adapter,
    read_adapter,
)

BASE = ColourEncoder.card
MATRIX = np.array([[2, 0, 0], [0, 1, 0.5], [0, 0, 1]], np.float32)


def test_rows_go_through_the_matrix_and_are_of_unit_length_again():
    rows = np.array([[0.6, 0.8, 0.0], [0.0, 0.6, 0.8]], np.float32)

    turned = Adapter("warm", BASE, MATRIX).turned(rows)

    by_hand = np.array([[1.2, 0.8, 0.0], [0.0, 1.0, 0.8]])
    by_hand /= [[np.sqrt(1.44 + 0.64)], [np.sqrt(1 + 0.64)]]
    np.testing.assert_allclose(turned, by_hand, rtol=1e-6)


def test_a_variant_shares_its_space_with_no_other():
    warm = Adapter("warm", BASE, MATRIX)
    others = [Adapter("warm", BASE, MATRIX * 2), Adapter("warm", warm.card, MATRIX)]

    assert warm.card.name == BASE.name
    assert warm.card.version == "1+warm"
    assert not warm.card.shares_space_with(BASE)
    assert not any(warm.card.shares_space_with(other.card) for other in others)


def test_what_is_kept_is_found_by_its_name_and_by_its_card(tmp_path):
    warm = Adapter("warm", BASE, MATRIX)
    path = keep_adapter(tmp_path, warm)
    warmer = Adapter("warmer", warm.card, MATRIX)
    keep_adapter(tmp_path, warmer)

    assert path.stat().st_mode & 0o077 == 0
    assert adapter_names(tmp_path) == ["warm", "warmer"]
    read = read_adapter(tmp_path, "warm")
    assert (read.name, read.base) == ("warm", BASE)
    assert np.array_equal(read.matrix, MATRIX)
    assert adapter_of(tmp_path, BASE) is None
    found = [adapter_of(tmp_path, each.card) for each in (warm, warmer)]
    assert [each and each.base for each in found] == [BASE, warm.card]


def test_names_are_given_once_and_damage_is_told(tmp_path):
    path = keep_adapter(tmp_path, Adapter("warm", BASE, MATRIX))

    with pytest.raises(InvalidRequest, match="already"):
        keep_adapter(tmp_path, Adapter("warm", BASE, MATRIX))
    with pytest.raises(InvalidRequest, match="cannot name"):
        keep_adapter(tmp_path, Adapter("../warm", BASE, MATRIX))
    with pytest.raises(UnknownName, match="warm"):
        read_adapter(tmp_path, "cold")
    with pytest.raises(WeightsMissing, match="not in"):
        adapter_of(tmp_path, Adapter("warm", BASE, MATRIX * 2).card)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(WeightsMismatch, match="damaged"):
        read_adapter(tmp_path, "warm")


def test_an_encoder_with_an_adapter_is_an_encoder():
    pictures = list(np.random.default_rng(0).integers(0, 255, (3, 8, 8, 3), np.uint8))
    adapter, encoder = Adapter("warm", BASE, MATRIX), ColourEncoder()

    adapted = AdaptedEncoder(encoder, adapter)

    assert adapted.card == adapter.card
    rows = adapted.embed_images(pictures)
    np.testing.assert_allclose(rows, adapter.turned(encoder.embed_images(pictures)))
    np.testing.assert_allclose(adapted.regions(pictures).mean(axis=(1, 2)), rows, atol=1e-6)
    assert adapted.regions([]).shape == (0, 8, 8, 3)
    texts = adapted.embed_texts(["red", "blue"])
    np.testing.assert_allclose(texts, adapter.turned(encoder.embed_texts(["red", "blue"])))
    with pytest.raises(CardMismatch, match="warm"):
        AdaptedEncoder(encoder, replace(adapter, base=adapter.card))
