"""The published configuration at full size: 616 M stand-in parameters, made when it is tested."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from encoders.medimageinsight.checkpoint import load_model
from encoders.medimageinsight.config import read_config
from encoders.medimageinsight.encoder import load
from encoders.medimageinsight.folder import open_folder
from encoders.normalise import normalise
from encoders.tower_encoder import TowerEncoder
from encoders.weights import WEIGHTS, status
from encoders.zero_shot import probabilities
from tests.golden.medimageinsight.make_weights import WEIGHTS_SHA256, write_weights

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[1] / "golden" / "medimageinsight"
META = json.loads((GOLDEN / "full" / "meta.json").read_text(encoding="utf-8"))
RECORDED = load_file(GOLDEN / "full" / "golden.safetensors")
NOISE = {"atol": 2e-5, "rtol": 0}
MAP_NOISE = 1e-4  # of a map's largest value; the reference's own feature is 2e-5 from float64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Everything where `radseek encoders pull` would put it; 2.5 GB, removed afterwards."""
    root = tmp_path_factory.mktemp("full")
    config, vocab, _, checkpoint = (root / file for file in WEIGHTS["medimageinsight"].files)
    shutil.copytree(GOLDEN / "tokenizer", vocab.parent)
    shutil.copy(GOLDEN / "full" / "config.yaml", config)
    checkpoint.parent.mkdir()
    assert write_weights(read_config(config), checkpoint) == WEIGHTS_SHA256["full"]
    yield root
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> TowerEncoder:
    return load(folder, "cpu")


@pytest.fixture(scope="module")
def prepared(encoder: TowerEncoder) -> list[np.ndarray]:
    images = [Image.open(GOLDEN / "full" / name) for name in META["images"]]
    return [encoder.prepare(np.asarray(image.convert("RGB"))) for image in images]


def test_the_file_is_to_the_byte_as_large_as_the_published_one(folder: Path) -> None:
    assert status("medimageinsight", folder).missing == ()


def test_embeddings_and_probabilities_are_the_recorded_ones(
    encoder: TowerEncoder, prepared: list[np.ndarray]
) -> None:
    images = encoder.embed_images(prepared)
    texts = encoder.embed_texts(META["texts"])

    np.testing.assert_allclose(images, RECORDED["image_embeddings"], **NOISE)
    np.testing.assert_allclose(texts, RECORDED["text_embeddings"], **NOISE)
    logits = encoder.logit_scale * images @ texts.T
    np.testing.assert_allclose(logits, RECORDED["logits"], atol=2e-4, rtol=0)
    for multilabel, name in ((False, "predict_softmax"), (True, "predict_sigmoid")):
        found = probabilities(images, texts, encoder.logit_scale, multilabel)
        expected = [[answer[text] for text in META["texts"]] for answer in META[name]]
        np.testing.assert_allclose(found, expected, atol=5e-5, rtol=0)


def test_every_stage_gives_the_recorded_map(folder: Path, prepared: list[np.ndarray]) -> None:
    files = open_folder(folder, "")
    config = read_config(files.config)
    tower = load_model(config, files.checkpoint).image_encoder
    maps: list[torch.Tensor] = []
    for blocks in tower.blocks:
        blocks.register_forward_hook(lambda _module, _inputs, output: maps.append(output))

    with torch.inference_mode():
        pooled = tower(normalise(torch.from_numpy(np.stack(prepared)), config.image))

    assert_near(pooled, RECORDED["pooled_2048"], pooled)
    assert len(maps) == 4
    for stage, tokens in enumerate(maps):
        sample = tokens.flatten()[:: tokens.numel() // 64][:64]
        statistics = torch.stack([tokens.mean(), tokens.std(), tokens.abs().max()])
        assert_near(sample, RECORDED[f"stage{stage}.sample"], tokens)
        assert_near(statistics, RECORDED[f"stage{stage}.stats"], tokens)


def assert_near(found: torch.Tensor, expected: torch.Tensor, whole: torch.Tensor) -> None:
    """Equal to within the noise of float32 on values as large as those of the whole map."""
    noise = MAP_NOISE * whole.abs().max().item()
    torch.testing.assert_close(found, expected, atol=noise, rtol=0)
