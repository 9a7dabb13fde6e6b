"""Every family gives what transformers' own classes give of the same folder."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from numpy.typing import NDArray
from PIL import Image

from core.types import Pixels
from encoders.base import Encoder
from encoders.families.folder import open_family
from encoders.families.loading import read_family
from encoders.families.table import Family
from encoders.registry import load_encoder
from tests.tiny_models import SIDE, TINY

NOISE = 1e-5
TEXTS = ["ct of the head", "knee 1", ""]
LARGER = 2 * SIDE
SHAPES = [(40, 60), (97, 33), (32, 32), (20, 21), (300, 40)]


@pytest.fixture(scope="module", params=TINY)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return TINY[request.param](tmp_path_factory.mktemp("tiny") / request.param)


@pytest.fixture(scope="module")
def family(folder: Path) -> Family:
    return open_family(folder, "").family


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return load_encoder(str(folder), device="cpu")


@pytest.fixture(scope="module")
def model(folder: Path, family: Family) -> Any:
    return getattr(transformers, family.model).from_pretrained(folder).eval()


@pytest.fixture(scope="module")
def processor(folder: Path, family: Family) -> Any:
    return getattr(transformers, family.processor).from_pretrained(folder)


def pictures() -> list[Pixels]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*shape, 3), np.uint8) for shape in SHAPES]


def processed(processor: Any, pixels: Pixels, **changed: Any) -> torch.Tensor:
    return processor(Image.fromarray(pixels), return_tensors="pt", **changed)["pixel_values"]


@torch.inference_mode()
def image_rows(model: Any, pixels: torch.Tensor, **how: Any) -> NDArray[np.float32]:
    see = getattr(model, "get_image_features", model)
    return unit(see(pixel_values=pixels, **how).pooler_output)


def unit(rows: torch.Tensor) -> NDArray[np.float32]:
    return torch.nn.functional.normalize(rows, dim=-1).numpy()


def test_pixels_are_those_of_its_processor_to_the_bit(folder: Path, processor: Any) -> None:
    model = read_family(open_family(folder, ""), None).model

    for pixels in pictures():
        prepared = torch.tensor(model.prepare(pixels))[None]
        assert torch.equal(model.normalise(prepared), processed(processor, pixels))


def test_rows_of_pictures_are_those_of_its_model(
    encoder: Encoder, model: Any, processor: Any
) -> None:
    expected = image_rows(model, torch.cat([processed(processor, each) for each in pictures()]))

    rows = encoder.embed_images([encoder.prepare(pixels) for pixels in pictures()])

    np.testing.assert_allclose(rows, expected, atol=NOISE, rtol=0)


@torch.inference_mode()
def test_rows_of_texts_are_those_of_its_tokenizer_and_model(
    encoder: Encoder, model: Any, folder: Path, family: Family
) -> None:
    if family.text is None:
        assert not encoder.reads_texts
        return
    tokenizer = getattr(transformers, family.text.tokenizer).from_pretrained(folder)
    length = model.config.text_config.max_position_embeddings
    how = {"padding": "max_length", "max_length": length} if family.text.is_fixed else {}
    read = tokenizer(TEXTS, return_tensors="pt", **({"padding": True} | how))
    mask = None if family.text.is_fixed else read["attention_mask"]
    features = model.get_text_features(input_ids=read["input_ids"], attention_mask=mask)

    rows = encoder.embed_texts(TEXTS)

    np.testing.assert_allclose(rows, unit(features.pooler_output), atol=NOISE, rtol=0)


def test_the_logits_are_those_of_its_model(encoder: Encoder, model: Any) -> None:
    if encoder.reads_texts:
        assert encoder.logit_scale == pytest.approx(model.logit_scale.exp().item())
        bias = getattr(model, "logit_bias", torch.zeros(1)).item()
        assert encoder.logit_bias == pytest.approx(bias)


def test_another_resolution_interpolates_positions_and_has_another_card(
    encoder: Encoder, folder: Path, model: Any, processor: Any
) -> None:
    size = {"height": LARGER, "width": LARGER}
    shortest = processor.size.shortest_edge
    resized = {"shortest_edge": LARGER * shortest // SIDE} if shortest else size
    changed = {"size": resized} | ({"crop_size": size} if processor.do_center_crop else {})
    seen = torch.cat([processed(processor, each, **changed) for each in pictures()])
    how = {"interpolate_pos_encoding": True} if encoder.reads_texts else {}

    larger = load_encoder(f"{folder}@{LARGER}", device="cpu")
    rows = larger.embed_images([larger.prepare(pixels) for pixels in pictures()])

    np.testing.assert_allclose(rows, image_rows(model, seen, **how), atol=NOISE, rtol=0)
    assert larger.card.name == f"{encoder.card.name}@{LARGER}"
    assert not larger.card.shares_space_with(encoder.card)
    again = load_encoder(larger.card.name, folder, "cpu")
    assert again.card == larger.card


@torch.inference_mode()
def test_rows_in_bfloat16_point_where_those_in_float32_do(folder: Path, encoder: Encoder) -> None:
    model = read_family(open_family(folder, ""), None).model
    model.tower.lower()
    prepared = [model.prepare(pixels) for pixels in pictures()]

    pixels = model.normalise(torch.tensor(np.stack(prepared)))
    rows = model.tower.encode_images(pixels.to(torch.bfloat16)).numpy()

    assert rows.dtype == np.float32
    cosines = (rows * encoder.embed_images(prepared)).sum(axis=1)
    assert cosines.min() > 0.99
    assert cosines.min() < 1 - 1e-7, "bfloat16 was not used"
