"""Models with stand-in weights, whose outputs the reference recorded."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from encoders.medimageinsight.checkpoint import load_model
from encoders.medimageinsight.config import UniCLConfig, read_config
from encoders.medimageinsight.model import UniCL
from tests.golden.medimageinsight.make_weights import WEIGHTS_SHA256, write_weights
from tests.tiny_resnet_bert import write_tiny

TINY_VOCABULARY = 1024


@pytest.fixture(scope="session")
def golden() -> Path:
    """The recorded outputs of the reference implementation."""
    return Path(__file__).parents[2] / "golden" / "medimageinsight"


@pytest.fixture(scope="session")
def tiny_config(golden: Path) -> UniCLConfig:
    config = read_config(golden / "tiny" / "config.yaml")
    return replace(config, text=replace(config.text, vocab_size=TINY_VOCABULARY))


@pytest.fixture(scope="session")
def tiny_weights(tiny_config: UniCLConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "weights.safetensors"
    assert write_weights(tiny_config, path) == WEIGHTS_SHA256["tiny"]
    return path


@pytest.fixture
def tiny(tiny_config: UniCLConfig, tiny_weights: Path) -> UniCL:
    return load_model(tiny_config, tiny_weights)


@pytest.fixture(scope="session")
def recorded(golden: Path) -> dict[str, Tensor]:
    """The tiny model's outputs by name."""
    return load_file(golden / "tiny" / "golden.safetensors")


@pytest.fixture(scope="session")
def e2e_folder(golden: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as published, with a small model of the full vocabulary."""
    folder = tmp_path_factory.mktemp("e2e") / "2024.09.27"
    tokenizer = folder / "language_model" / "clip_tokenizer_4.16.2"
    shutil.copytree(golden / "tokenizer", tokenizer)
    shutil.copy(golden / "e2e" / "config.yaml", folder)
    checkpoint = folder / "vision_model" / "medimageinsigt-v1.0.0.pt"
    checkpoint.parent.mkdir()
    written = write_weights(read_config(folder / "config.yaml"), checkpoint)
    assert written == WEIGHTS_SHA256["e2e"]
    return folder.parent


@pytest.fixture(scope="session")
def resnet_bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as training writes it, with a tiny model of random weights."""
    folder = tmp_path_factory.mktemp("resnet_bert")
    write_tiny(folder)
    return folder


@pytest.fixture(autouse=True)
def _same_numbers_each_run() -> None:
    torch.manual_seed(0)
