"""The plain implementation, which the encoder's speed is compared with, computes the same."""

import pytest
import torch
from torch import Tensor

from benchmarks.plain_davit import PlainDaViT, plain_rows
from encoders.medimageinsight.config import UniCLConfig
from encoders.medimageinsight.model import UniCL


@pytest.mark.parametrize("size", ["96x96", "100x100", "61x90"])
def test_the_plain_tower_gives_the_recorded_rows(
    tiny: UniCL, tiny_config: UniCLConfig, recorded: dict[str, Tensor], size: str
) -> None:
    tower = PlainDaViT(tiny_config.image, tiny.image_encoder.state_dict())

    with torch.inference_mode():
        rows = plain_rows(tower, tiny.image_projection, recorded[f"img{size}.pixels"])

    torch.testing.assert_close(rows, recorded[f"img{size}.embedding"], atol=5e-6, rtol=0)
