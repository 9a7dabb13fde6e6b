"""ResNet and BERT with their fusion block, against transformers' own towers and plain sums."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from transformers import BertModel, ResNetModel

from core.errors import InvalidRequest, WeightsMismatch, WeightsMissing
from encoders.registry import load_encoder, load_towers
from encoders.resnet_bert.fusion import Fusion
from encoders.resnet_bert.model import ResNetBert
from encoders.towers import DualModel
from tests.tiny_resnet_bert import FIELDS, write_tiny

TEXT = "chest x-ray"


@pytest.fixture(scope="module")
def loaded(resnet_bert_folder: Path) -> DualModel:
    return load_towers("resnet_bert", resnet_bert_folder)


def towers(model: ResNetBert) -> tuple[ResNetModel, BertModel]:
    """transformers' own models with the same weights."""
    image, text = ResNetModel(model.image.config), BertModel(model.text.config)
    image.load_state_dict(model.image.state_dict())
    text.load_state_dict(model.text.state_dict(), strict=False)  # without the pooler
    return image.eval(), text.eval()


def unit(row: Tensor) -> Tensor:
    return row / row.norm()


@torch.no_grad()
def test_rows_are_those_of_transformers_and_a_projection(
    loaded: DualModel, resnet_bert_folder: Path
) -> None:
    model, encoder = loaded.tower, load_encoder("resnet_bert", resnet_bert_folder, "cpu")
    assert isinstance(model, ResNetBert)
    image, text = towers(model)
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    pixels = (torch.from_numpy(picture).permute(2, 0, 1) / 255).float()[None]
    mean, std = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    pixels = (pixels - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]

    pooled = image(pixel_values=pixels).pooler_output[0, :, 0, 0]
    ids = torch.tensor(loaded.tokens.encode([TEXT]))
    first = text(input_ids=ids).last_hidden_state[0, 0]

    [seen], [read] = encoder.embed_images([picture]), encoder.embed_texts([TEXT])
    by_hand = unit(model.image_projection.weight @ pooled + model.image_projection.bias)
    np.testing.assert_allclose(seen, by_hand, atol=1e-5)
    by_hand = unit(model.text_projection.weight @ first + model.text_projection.bias)
    np.testing.assert_allclose(read, by_hand, atol=1e-5)


@torch.no_grad()
def test_fusion_is_attention_over_both_sequences() -> None:
    torch.manual_seed(1)
    fusion = Fusion(16, heads=8, layers=1).eval()
    seen, read = torch.randn(1, 4, 16), torch.randn(1, 3, 16)

    logit = fusion(seen, read, torch.ones(1, 3, dtype=torch.bool), torch.tensor([0.5]))

    expected = by_hand(fusion, seen[0], read[0]) + 5 * 0.5
    assert logit.item() == pytest.approx(expected, abs=1e-5)


def by_hand(fusion: Fusion, seen: Tensor, read: Tensor) -> float:
    """The definition, head by head."""
    block, kinds = fusion.blocks[0], fusion.kinds.weight
    assert isinstance(block, nn.TransformerEncoderLayer)
    x = torch.cat([read + kinds[1], seen + kinds[0]])
    attention = block.self_attn
    q, k, v = (block.norm1(x) @ attention.in_proj_weight.T + attention.in_proj_bias).chunk(3, 1)
    heads = [slice(2 * head, 2 * head + 2) for head in range(8)]
    mixed = [(q[:, head] @ k[:, head].T / 2**0.5).softmax(dim=1) @ v[:, head] for head in heads]
    x = x + attention.out_proj(torch.cat(mixed, dim=1))
    x = x + block.linear2(nn.functional.gelu(block.linear1(block.norm2(x))))
    answer: Tensor = fusion.head(fusion.norm(x[0]))
    return answer.item()


@torch.no_grad()
def test_padding_of_a_text_changes_nothing(loaded: DualModel) -> None:
    model = loaded.tower
    assert isinstance(model, ResNetBert)
    seen = torch.randn(1, 4, 32)
    ids, mask = loaded.tokens.pad(loaded.tokens.encode([TEXT, 2 * TEXT]))
    alone = loaded.tokens.pad(loaded.tokens.encode([TEXT]))

    padded = model.match(seen, model.read(ids, mask)[:1], mask[:1])
    plain = model.match(seen, model.read(*alone), alone[1])

    torch.testing.assert_close(padded, plain, atol=1e-5, rtol=0)


def test_what_is_written_is_read_again(loaded: DualModel, tmp_path: Path) -> None:
    weights = loaded.tower.state_dict()

    loaded.write(tmp_path, weights)

    again = load_towers("resnet_bert", tmp_path).tower.state_dict()
    assert again.keys() == weights.keys()
    assert all(torch.equal(again[key], weights[key]) for key in weights)


def test_a_folder_without_weights_says_who_makes_them(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"no config\.json.*radseek train contrastive"):
        load_encoder("resnet_bert", tmp_path, "cpu")


@pytest.mark.parametrize(
    ("file", "text", "why"),
    [
        ("config.json", json.dumps(FIELDS | {"image_size": 3}), "config.json"),
        ("config.json", "{", "config.json"),
        ("tokenizer.json", "{}", "tokenizer.json"),
        ("config.json", json.dumps(FIELDS | {"projection": 16}), "wrongly shaped"),
        (
            "config.json",
            json.dumps(FIELDS | {"text": {**FIELDS["text"], "vocab_size": 9}}),  # type: ignore[dict-item]
            "258 tokens, but the model reads 9",
        ),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path: Path, file: str, text: str, why: str) -> None:
    write_tiny(tmp_path)
    (tmp_path / file).write_text(text, encoding="utf-8")

    with pytest.raises(WeightsMismatch, match=why):
        load_towers("resnet_bert", tmp_path)


def test_pictures_and_texts_are_matched_by_the_fusion_block(
    loaded: DualModel, resnet_bert_folder: Path
) -> None:
    encoder = load_encoder("resnet_bert", resnet_bert_folder, "cpu")
    rng = np.random.default_rng(3)
    pictures = [rng.integers(0, 256, (64, 64, 3), np.uint8) for _ in range(3)]
    texts = [TEXT, "knee"]

    matches = encoder.match(pictures, texts)

    model = loaded.tower
    assert isinstance(model, ResNetBert)
    with torch.no_grad():
        seen = model.see(loaded.normalise(torch.from_numpy(pictures[2])[None]))
        ids = torch.tensor(loaded.tokens.encode(["knee"]))
        mask = torch.ones_like(ids, dtype=torch.bool)
        logit = model.match(seen, model.read(ids, mask), mask)
    assert matches.shape == (3, 2)
    assert matches[2, 1] == pytest.approx(logit.sigmoid().item(), abs=1e-5)
    assert encoder.match([], texts).shape == (0, 2)


def test_an_encoder_without_a_fusion_block_says_so(e2e_folder: Path) -> None:
    encoder = load_encoder("medimageinsight", e2e_folder, "cpu")

    with pytest.raises(InvalidRequest, match="resnet_bert"):
        encoder.match([], ["knee"])
