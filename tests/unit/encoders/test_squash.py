"""The resize and the normalisation, to the bit what the reference gives."""

import hashlib
import json
import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from core.pixels import as_rgb
from core.types import Pixels
from encoders.medimageinsight.config import ImageConfig, read_config
from encoders.normalise import normalise
from encoders.squash import Squash

PREPROCESS = Path(__file__).parents[2] / "golden" / "medimageinsight" / "preprocess"


@cache
def expected() -> dict[str, Any]:
    results: dict[str, Any] = json.loads((PREPROCESS / "expected_480.json").read_text())["results"]
    return results


def accepted_by_the_reference() -> list[str]:
    return [name for name, result in expected().items() if "error" not in result]


def refused_by_the_reference() -> list[str]:
    return [name for name, result in expected().items() if "error" in result]


@pytest.fixture(scope="module")
def image_config(golden: Path) -> ImageConfig:
    return read_config(golden / "full" / "config.yaml").image


def normalised(name: str, config: ImageConfig) -> torch.Tensor:
    """A picture converted to RGB by Pillow, through our resize and normalisation: (3, H, W)."""
    with Image.open(PREPROCESS / name) as image:
        pixels = np.asarray(image.convert("RGB"))
    prepared = Squash(config.image_size)(pixels)
    return normalise(torch.from_numpy(prepared.copy())[None], config)[0]


@pytest.mark.parametrize("name", accepted_by_the_reference())
def test_the_pixels_are_to_the_bit_those_of_the_reference(
    name: str, image_config: ImageConfig
) -> None:
    pixels = normalised(name, image_config)

    rows, columns = np.transpose(expected()[name]["points_yx"])
    assert pixels[:, rows, columns].T.tolist() == expected()[name]["values"]
    digest = hashlib.sha256(pixels.contiguous().numpy().tobytes()).hexdigest()
    assert digest == expected()[name]["sha256_f32"]


@pytest.mark.parametrize("name", refused_by_the_reference())
def test_modes_that_the_reference_refuses_are_right_after_conversion(
    name: str, image_config: ImageConfig
) -> None:
    pixels = normalised(name, image_config).flatten(1)

    statistics = expected()[name]["convert_RGB_first"]
    assert pixels.mean(dim=1).tolist() == pytest.approx(statistics["mean"], abs=1e-5)
    assert pixels.std(dim=1).tolist() == pytest.approx(statistics["std"], abs=1e-5)
    assert pixels.amin(dim=1).tolist() == statistics["min"]
    assert pixels.amax(dim=1).tolist() == statistics["max"]


def test_a_picture_of_the_right_size_is_not_changed() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 24, 3), np.uint8)

    assert np.array_equal(Squash((32, 24))(pixels), pixels)


SIDES = st.integers(1, 50)
PICTURES = st.one_of(
    arrays.arrays(np.uint8, st.tuples(SIDES, SIDES)).map(as_rgb),
    arrays.arrays(np.uint8, st.tuples(SIDES, SIDES, st.just(3))),
)


@given(pixels=PICTURES, size=st.tuples(SIDES, SIDES))
def test_grey_or_colours_are_resized_as_pillow_resizes_three_channels(
    pixels: Pixels, size: tuple[int, int]
) -> None:
    in_three = Image.fromarray(np.array(pixels, order="C"))
    expected = np.asarray(in_three.resize(size[::-1], Image.Resampling.BICUBIC))

    resized = Squash(size)(pixels)

    assert np.array_equal(resized, expected)
    assert resized.flags.c_contiguous  # the memory that is shared with a worker takes no other


@pytest.mark.parametrize(
    ("size", "profile"),
    [((480, 480), "squash-480-bicubic"), ((96, 128), "squash-96x128-bicubic")],
)
def test_the_profile_names_the_size(size: tuple[int, int], profile: str) -> None:
    assert Squash(size).profile == profile


def test_it_survives_pickling_for_worker_processes() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (7, 5, 3), np.uint8)
    squash = Squash((16, 16))

    restored = pickle.loads(pickle.dumps(squash))  # noqa: S301 (own bytes)

    assert np.array_equal(restored(pixels), squash(pixels))


def test_worker_processes_do_not_import_torch() -> None:
    program = "import sys, encoders.squash; print('torch' in sys.modules)"

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "False"
