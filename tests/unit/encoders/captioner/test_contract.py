"""What every captioner must keep, whatever is inside."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidRequest, UnknownName, WeightsMissing
from core.machine_text import Neighbour
from core.types import Pixels
from encoders.captioner.base import Captioner
from encoders.captioner.registry import CAPTIONERS, load_captioner
from encoders.registry import load_encoder
from tests.tiny_captioners import write_llava, write_small_captioner

TOLD = [Neighbour(3, 0.9, "CT of the head."), Neighbour(4, 0.8, "")]


@pytest.fixture(scope="module", params=sorted(CAPTIONERS))
def captioner(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Captioner:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "mini":
        card = load_encoder("mini", device="cpu").card
        write_small_captioner(folder, card.weights_sha256, card.dim)
    else:
        write_llava(folder)
    return load_captioner(request.param, folder, "cpu")


@pytest.fixture(scope="module")
def pictures() -> list[Pixels]:
    random = np.random.default_rng(0)
    shapes = [(40, 60), (301, 17), (96, 97)]
    return [random.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes]


def test_there_is_a_text_for_each_picture_whatever_the_others(
    captioner: Captioner, pictures: list[Pixels]
) -> None:
    texts = captioner.describe(pictures, [[], TOLD, []])

    alone = [
        captioner.describe([picture], [told])[0]
        for picture, told in zip(pictures, ([], TOLD, []), strict=True)
    ]
    assert texts == alone
    assert captioner.describe([], []) == []


def test_the_card_tells_the_weights(captioner: Captioner) -> None:
    assert len(captioner.card.weights_sha256) == 64
    assert captioner.card.name
    assert captioner.at_once >= 1


def test_an_unknown_captioner_is_named() -> None:
    with pytest.raises(UnknownName, match="Known: mini, transformers"):
        load_captioner("nobody")


@pytest.mark.parametrize("name", sorted(CAPTIONERS))
def test_an_empty_folder_is_no_captioner(name: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=str(tmp_path)):
        load_captioner(name, tmp_path, "cpu")


def test_a_checkpoint_has_no_folder_of_its_own() -> None:
    with pytest.raises(InvalidRequest, match="--captioner-weights"):
        load_captioner("transformers", None, "cpu")
