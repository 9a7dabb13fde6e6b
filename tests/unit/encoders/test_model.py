"""The dual encoder against the recorded embeddings, and as something that can be trained."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from encoders.medimageinsight.config import UniCLConfig, read_config
from encoders.medimageinsight.model import UniCL, initialise

NOISE = {"atol": 5e-6, "rtol": 0}


@pytest.mark.parametrize("size", ["96x96", "100x100", "61x90"])
def test_image_embeddings_are_the_recorded_ones(
    tiny: UniCL, recorded: dict[str, Tensor], size: str
) -> None:
    with torch.inference_mode():
        embeddings = tiny.encode_images(recorded[f"img{size}.pixels"])

    torch.testing.assert_close(embeddings, recorded[f"img{size}.embedding"], **NOISE)


@pytest.mark.parametrize("size", ["96x96", "100x100", "61x90"])
def test_in_float64_images_agree_to_the_last_digits(
    tiny: UniCL, recorded: dict[str, Tensor], size: str
) -> None:
    exact = tiny.double()

    with torch.inference_mode():
        features = exact.image_encoder(recorded[f"img{size}.pixels"].double())
        embeddings = functional.normalize(features @ exact.image_projection)

    torch.testing.assert_close(
        embeddings, recorded[f"img{size}.embedding_fp64"], atol=1e-13, rtol=0
    )


def test_text_embeddings_are_the_recorded_ones(tiny: UniCL, recorded: dict[str, Tensor]) -> None:
    with torch.inference_mode():
        embeddings = tiny.encode_texts(recorded["txt.input_ids"], recorded["txt.attention_mask"])

    torch.testing.assert_close(embeddings, recorded["txt.embedding"], **NOISE)


def test_in_float64_texts_agree_as_far_as_the_reference_computes_so(
    tiny: UniCL, recorded: dict[str, Tensor]
) -> None:
    """Its text LayerNorms stay in float32 whatever they are given."""
    exact = tiny.double()

    with torch.inference_mode():
        features = exact.lang_encoder(recorded["txt.input_ids"], recorded["txt.attention_mask"])
        embeddings = functional.normalize(features @ exact.lang_projection)

    torch.testing.assert_close(embeddings, recorded["txt.embedding_fp64"], atol=2e-7, rtol=0)


def test_the_published_configuration_has_exactly_the_published_tensors(golden: Path) -> None:
    published = json.loads((golden / "state_dict_full.json").read_text(encoding="utf-8"))

    with torch.device("meta"):
        model = UniCL(read_config(golden / "full" / "config.yaml"))

    assert {key: ["F32", list(t.shape)] for key, t in model.state_dict().items()} == published


def test_to_load_weights_imports_no_compiler() -> None:
    """It took two thirds as long as torch itself."""
    loading = (
        "import sys; from encoders.registry import load_encoder; load_encoder('mini', None, 'cpu');"
        "print([name for name in ('torch._dynamo', 'sympy') if name in sys.modules])"
    )

    run = subprocess.run([sys.executable, "-c", loading], capture_output=True, check=True)

    assert run.stdout == b"[]\n"


def test_a_new_model_starts_as_clip_does(tiny_config: UniCLConfig) -> None:
    model = UniCL(tiny_config)

    initialise(model)

    assert model.logit_scale.exp().item() == pytest.approx(1 / 0.07)
    assert model.image_projection.std().item() == pytest.approx(256**-0.5, rel=0.05)
    assert model.lang_encoder.token_embedding.weight.std().item() == pytest.approx(0.02, rel=0.05)
    attention = model.lang_encoder.get_submodule("resblocks.0.attn")
    assert attention.in_proj_weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert model.image_encoder.norms.weight.eq(1).all()
    assert all(torch.isfinite(parameter).all() for parameter in model.parameters())


@pytest.mark.parametrize("lowered", [False, True], ids=["float32", "bfloat16 autocast"])
def test_training_brings_pictures_and_their_texts_together(
    tiny_config: UniCLConfig, lowered: bool
) -> None:
    model = UniCL(tiny_config)
    initialise(model)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    pixels = torch.randn(4, 3, 64, 64)
    ids = torch.tensor([[1022, word, 1023] for word in range(4)])

    losses = [_step(model, optimizer, pixels, ids, lowered) for _ in range(15)]

    assert losses[0] == pytest.approx(math.log(4), abs=0.7)
    assert losses[-1] < 0.3 * losses[0]
    assert all(parameter.grad is not None for parameter in model.parameters())


def _step(
    model: UniCL, optimizer: torch.optim.Optimizer, pixels: Tensor, ids: Tensor, lowered: bool
) -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=lowered):
        images = model.encode_images(pixels)
        texts = model.encode_texts(ids, torch.ones_like(ids))
    logits = model.logit_scale.exp() * images @ texts.T
    loss = functional.cross_entropy(logits, torch.arange(4))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def test_rows_are_unit_vectors_under_autocast_too(tiny: UniCL, recorded: dict[str, Tensor]) -> None:
    pixels = recorded["img96x96.pixels"]

    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        lowered = tiny.encode_images(pixels)

    assert lowered.dtype == torch.float32
    torch.testing.assert_close(lowered.norm(dim=-1), torch.ones(2), atol=1e-6, rtol=0)
    cosines = (lowered * recorded["img96x96.embedding"]).sum(dim=-1)
    assert cosines.min() > 0.999
