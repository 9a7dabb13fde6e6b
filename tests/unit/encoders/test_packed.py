"""Packed layers: the numbers of the plain ones, from what PyTorch offers here."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from encoders import packed
from encoders.medimageinsight.model import UniCL
from encoders.packed import PackedLinear, can_pack, pack
from tests.conftest import need

NOISE = 5e-6  # of the largest value, as for the tower's maps


@pytest.fixture(autouse=True)
def _where_it_can_be_done() -> None:
    need(can_pack(), "PyTorch has no oneDNN for this CPU")


@pytest.mark.parametrize("rows", [1, 7, 300])
@pytest.mark.parametrize("gelu", [False, True])
def test_a_packed_layer_gives_the_plain_products(rows: int, gelu: bool) -> None:
    linear = nn.Linear(48, 144)
    x = 3 * torch.randn(rows, 5, 48)
    product = x.double() @ linear.weight.double().T + linear.bias.double()
    expected = functional.gelu(product) if gelu else product

    with torch.inference_mode():
        found = PackedLinear(linear, gelu)(x)

    torch.testing.assert_close(found.double(), expected, atol=1e-5, rtol=0)


def test_only_a_gelu_that_follows_at_once_joins() -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 4), nn.ReLU(), nn.GELU())

    pack(model)

    assert [type(layer) for layer in model] == [
        PackedLinear,
        nn.Identity,
        PackedLinear,
        nn.ReLU,
        nn.GELU,
    ]
    assert [layer.activation for layer in model if isinstance(layer, PackedLinear)] == [
        "gelu",
        "none",
    ]


@pytest.mark.parametrize("size", ["96x96", "100x100", "61x90"])
def test_the_packed_tower_gives_the_recorded_feature(
    tiny: UniCL, recorded: dict[str, Tensor], size: str
) -> None:
    pack(tiny.image_encoder)

    with torch.inference_mode():
        feature = tiny.image_encoder(recorded[f"img{size}.pixels"])

    assert not any(isinstance(layer, nn.Linear) for layer in tiny.image_encoder.modules())
    expected = recorded[f"img{size}.pooled"]
    assert (feature - expected).abs().max() < NOISE * expected.abs().max()


@pytest.mark.parametrize("machine", ["aarch64", "arm64"])
def test_other_kinds_of_cpu_keep_the_plain_layers(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed.platform, "machine", lambda: machine)

    assert not can_pack()
