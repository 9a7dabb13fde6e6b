"""The image tower in bfloat16 gives nearly the same rows as in float32."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from encoders.medimageinsight.lowered import LOWERED, lower
from encoders.medimageinsight.model import UniCL

LEAST_COSINE = 0.999


@pytest.mark.parametrize("size", ["96x96", "100x100", "61x90"])
def test_lowered_rows_point_where_the_recorded_ones_do(
    tiny: UniCL, recorded: dict[str, Tensor], size: str
) -> None:
    lower(tiny.image_encoder)

    with torch.inference_mode():
        rows = tiny.encode_images(recorded[f"img{size}.pixels"].to(LOWERED))

    expected = recorded[f"img{size}.embedding"]
    assert rows.dtype == torch.float32
    np.testing.assert_allclose(torch.linalg.vector_norm(rows, dim=1), 1, atol=1e-6)
    assert functional.cosine_similarity(rows, expected).min() > LEAST_COSINE
    assert (rows - expected).abs().max() > 1e-5, "bfloat16 was not used"
