"""The image tower against the maps that the reference recorded."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

from encoders.medimageinsight.config import UniCLConfig
from encoders.medimageinsight.davit import DaViT, DropPath
from encoders.medimageinsight.model import UniCL

NOISE = 5e-6  # of a map's largest value; float32 gives 2e-6, the smallest mistake 4e-5
SIZES = ["96x96", "100x100", "61x90"]
FIRST_BLOCKS = {
    "spatial.conv1": "spatial_block.conv1",
    "spatial.attn": "spatial_block.window_attn",
    "spatial.conv2": "spatial_block.conv2",
    "spatial.ffn": "spatial_block.ffn",
    "channel.conv1": "channel_block.conv1",
    "channel.attn": "channel_block.channel_attn",
    "channel.conv2": "channel_block.conv2",
    "channel.ffn": "channel_block.ffn",
}


def outputs(tower: nn.Module, names: Mapping[str, str], pixels: Tensor) -> dict[str, Tensor]:
    """What each named submodule gives for the pixels, as (B, H * W, C)."""
    seen: dict[str, Tensor] = {}
    for label, name in names.items():
        tower.get_submodule(name).register_forward_hook(
            lambda _module, _inputs, output, label=label: seen.update({label: output})
        )
    with torch.inference_mode():
        tower(pixels)
    return {label: seen[label].flatten(1, 2) for label in names}


def error(found: Tensor, expected: Tensor) -> float:
    """The largest difference, as a share of the largest value."""
    return ((found - expected).abs().max() / expected.abs().max()).item()


@pytest.mark.parametrize("size", SIZES)
def test_every_stage_gives_the_recorded_map(
    tiny: UniCL, recorded: dict[str, Tensor], size: str
) -> None:
    stages = {f"stage{stage}": f"blocks.{stage}" for stage in range(4)}

    maps = outputs(tiny.image_encoder, stages, recorded[f"img{size}.pixels"])

    for stage, tokens in maps.items():
        assert error(tokens, recorded[f"img{size}.{stage}"]) < NOISE


def test_every_step_inside_the_first_blocks_gives_the_recorded_map(
    tiny: UniCL, recorded: dict[str, Tensor]
) -> None:
    steps = {step: f"blocks.0.0.{name}" for step, name in FIRST_BLOCKS.items()}

    maps = outputs(tiny.image_encoder, steps, recorded["img61x90.pixels"])

    for step, tokens in maps.items():
        assert error(tokens, recorded[f"img61x90.s0b0.{step}"]) < NOISE


def test_every_stage_opens_with_the_recorded_convolution(
    tiny: UniCL, recorded: dict[str, Tensor]
) -> None:
    convolutions = {f"conv{stage}": f"convs.{stage}" for stage in range(4)}

    maps = outputs(tiny.image_encoder, convolutions, recorded["img61x90.pixels"])

    for name, tokens in maps.items():
        assert error(tokens, recorded[f"img61x90.{name}"]) < NOISE


@pytest.mark.parametrize("size", SIZES)
def test_the_feature_is_the_recorded_one(
    tiny: UniCL, recorded: dict[str, Tensor], size: str
) -> None:
    with torch.inference_mode():
        feature = tiny.image_encoder(recorded[f"img{size}.pixels"])

    assert error(feature, recorded[f"img{size}.pooled"]) < NOISE


def test_drop_path_rates_rise_from_zero_to_the_configured_rate(tiny_config: UniCLConfig) -> None:
    tower = DaViT(tiny_config.image)

    rates = [module.rate for module in tower.modules() if isinstance(module, DropPath)]

    blocks = 2 * sum(tiny_config.image.depths)
    expected = torch.linspace(0, 0.2, blocks).repeat_interleave(2)  # attention and MLP share one
    torch.testing.assert_close(torch.tensor(rates), expected)


def test_drop_path_keeps_or_drops_whole_samples_and_keeps_the_mean() -> None:
    branch = torch.ones(4000, 2, 3)

    kept = DropPath(0.25).train()(branch)

    assert kept.unique().tolist() == [0, pytest.approx(4 / 3)]
    assert torch.equal(kept, kept[:, :1, :1].expand_as(kept))
    assert kept.mean().item() == pytest.approx(1, abs=0.05)


def test_drop_path_does_nothing_in_evaluation() -> None:
    branch = torch.ones(5, 2)

    assert DropPath(0.9).eval()(branch) is branch


@pytest.mark.parametrize("size", SIZES)
def test_in_float64_the_parts_are_the_recorded_feature_to_the_last_digits(
    tiny: UniCL, recorded: dict[str, Tensor], size: str
) -> None:
    exact = tiny.image_encoder.double()

    with torch.inference_mode():
        parts = exact.parts(recorded[f"img{size}.pixels"].double())
        feature = exact(recorded[f"img{size}.pixels"].double())

    assert min(parts.shape[1:3]) > 1
    assert error(parts.mean(dim=(1, 2)), feature) < 1e-13
    assert error(feature, recorded[f"img{size}.pooled"]) < NOISE
