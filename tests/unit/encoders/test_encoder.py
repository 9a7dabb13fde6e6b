"""The whole encoder: files and strings in, the reference's embeddings out."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file
from torch import Tensor

from core.errors import EncoderError, WeightsMismatch, WeightsMissing
from core.types import Pixels
from encoders import tower_encoder as module
from encoders.medimageinsight.davit import DaViT
from encoders.medimageinsight.encoder import load
from encoders.medimageinsight.model import UniCL
from encoders.mini import encoder as mini
from encoders.tower_encoder import TowerEncoder

GOLDEN = Path(__file__).parents[2] / "golden" / "medimageinsight"
META = json.loads((GOLDEN / "e2e" / "meta.json").read_text(encoding="utf-8"))
RECORDED = load_file(GOLDEN / "e2e" / "golden.safetensors")


@pytest.fixture(scope="module")
def encoder(e2e_folder: Path) -> TowerEncoder:
    return load(e2e_folder, "cpu")


def picture(name: str) -> Pixels:
    with Image.open(GOLDEN / "e2e" / name) as image:
        return np.asarray(image.convert("RGB"))


def random_pictures(count: int) -> list[Pixels]:
    return list(np.random.default_rng(0).integers(0, 256, (count, 96, 96, 3), np.uint8))


def test_pictures_give_the_recorded_embeddings(encoder: TowerEncoder) -> None:
    prepared = [encoder.prepare(picture(name)) for name in META["images"]]

    embeddings = encoder.embed_images(prepared)

    np.testing.assert_allclose(embeddings, RECORDED["image_embeddings"], atol=5e-6, rtol=0)


def test_texts_give_the_recorded_embeddings(encoder: TowerEncoder) -> None:
    """All but the last, whose ids were recorded without the repair of its characters."""
    embeddings = encoder.embed_texts(META["texts"][:-1])

    np.testing.assert_allclose(embeddings, RECORDED["text_embeddings"][:-1], atol=5e-6, rtol=0)


def test_a_text_that_needs_repair_is_embedded_as_its_repaired_form(
    encoder: TowerEncoder,
) -> None:
    damaged, repaired = encoder.embed_texts(["ﬁbrosis &amp; “café”", 'fibrosis & "café"'])

    np.testing.assert_allclose(damaged, repaired, atol=1e-6)


def test_the_card_says_what_a_collection_is_bound_to(
    encoder: TowerEncoder, e2e_folder: Path
) -> None:
    card = encoder.card

    assert (card.name, card.version, card.dim) == ("medimageinsight", "1.0.0", 64)
    assert card.preprocessing == "squash-96-bicubic"
    assert len(card.weights_sha256) == 64


def test_the_factor_is_the_exponential_of_what_is_stored(encoder: TowerEncoder) -> None:
    assert encoder.logit_scale == pytest.approx(np.exp(3), rel=1e-6)


def test_the_order_of_texts_is_kept_whatever_their_lengths(encoder: TowerEncoder) -> None:
    texts = ["a much longer text about the chest", "spine", "left knee", ""]

    together = encoder.embed_texts(texts)

    alone = np.concatenate([encoder.embed_texts([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_more_than_one_internal_batch_gives_the_same_rows(
    encoder: TowerEncoder, e2e_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TEXTS_AT_ONCE", 2)
    monkeypatch.setitem(module.WIDEST_MAP_BYTES, "cpu", 2 * 24 * 24 * 32 * 4 * 4)
    in_pairs = load(e2e_folder, "cpu")
    pictures, texts = random_pictures(5), META["texts"][:5]

    np.testing.assert_allclose(
        in_pairs.embed_images(pictures), encoder.embed_images(pictures), atol=1e-5
    )
    np.testing.assert_allclose(in_pairs.embed_texts(texts), encoder.embed_texts(texts), atol=1e-5)


def test_pictures_go_through_the_model_in_bounded_batches(
    e2e_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(module.WIDEST_MAP_BYTES, "cpu", 2 * 24 * 24 * 32 * 4 * 4)
    encoder = load(e2e_folder, "cpu")

    with patch.object(DaViT, "forward", autospec=True, side_effect=DaViT.forward) as forward:
        encoder.embed_images(random_pictures(5))

    assert [len(call.args[1]) for call in forward.call_args_list] == [2, 2, 1]


def test_many_threads_get_the_same_rows_as_one(encoder: TowerEncoder) -> None:
    pictures, texts = random_pictures(6), META["texts"][:6]
    expected = [encoder.embed_images([p]) for p in pictures]

    with ThreadPoolExecutor(4) as pool:
        images = list(pool.map(lambda p: encoder.embed_images([p]), pictures))
        words = list(pool.map(lambda t: encoder.embed_texts([t]), texts))

    np.testing.assert_allclose(images, expected, atol=1e-6)
    np.testing.assert_allclose(np.concatenate(words), encoder.embed_texts(texts), atol=1e-6)


def test_a_picture_that_was_not_prepared_is_refused(encoder: TowerEncoder) -> None:
    with pytest.raises(ValueError, match=r"\(96, 96, 3\)"):
        encoder.embed_images([np.zeros((100, 96, 3), np.uint8)])


def test_missing_weights_say_where_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="radseek encoders pull medimageinsight") as caught:
        load(tmp_path, "cpu")

    assert str(tmp_path) in str(caught.value)
    assert "--weights DIR" in str(caught.value)


def test_missing_parts_of_mini_say_to_install_again(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="install it again"):
        mini.load(tmp_path, "cpu")


def test_another_models_tokenizer_is_refused(e2e_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(e2e_folder, folder)
    config = folder / "2024.09.27" / "config.yaml"
    config.write_text(config.read_text().replace("  WIDTH:", "  VOCAB_SIZE: 8192\n  WIDTH:"))

    with pytest.raises(WeightsMismatch, match="49408 tokens, but the model reads 8192"):
        load(folder, "cpu")


def test_mini_is_the_same_code_with_its_own_name(e2e_folder: Path) -> None:
    encoder = mini.load(e2e_folder, "cpu")

    assert isinstance(encoder, TowerEncoder)
    assert (encoder.card.name, encoder.card.licence) == ("mini", "CC BY-SA 4.0")


def short_of_memory(monkeypatch: pytest.MonkeyPatch, fits: int) -> list[int]:
    """Let models run out of memory above so many pictures or texts; how many each call had."""
    asked: list[int] = []

    def limited(encode: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def run(model: UniCL, *inputs: Tensor) -> Tensor:
            asked.append(len(inputs[0]))
            if asked[-1] > fits:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return encode(model, *inputs)

        return run

    for name in ("encode_images", "encode_texts"):
        monkeypatch.setattr(UniCL, name, limited(getattr(UniCL, name)))
    return asked


def test_no_picture_or_text_is_lost_when_memory_runs_out(
    e2e_folder: Path, encoder: TowerEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, texts = random_pictures(8), META["texts"][:5]
    expected_rows, expected_words = encoder.embed_images(pictures), encoder.embed_texts(texts)
    asked = short_of_memory(monkeypatch, fits=3)
    small = load(e2e_folder, "cpu")

    rows, words = small.embed_images(pictures), small.embed_texts(texts)
    again = small.embed_images(pictures)

    np.testing.assert_allclose(rows, expected_rows, atol=1e-5)
    np.testing.assert_allclose(words, expected_words, atol=1e-5)
    assert np.array_equal(again, rows)
    assert asked == [8, 4, 2, 2, 2, 2, 5, 2, 2, 1, 2, 2, 2, 2]
    assert small.at_once == 2


def test_the_map_that_a_cpu_holds_says_how_many_pictures_it_takes_at_once(
    encoder: TowerEncoder,
) -> None:
    tokens, width = 24 * 24, 32  # of the first stage, for pictures of 96 pixels

    assert encoder.at_once == 2**24 // (tokens * 4 * width * 4)


def test_a_picture_that_alone_does_not_fit_says_what_to_do(
    e2e_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_of_memory(monkeypatch, fits=0)
    small = load(e2e_folder, "cpu")

    with pytest.raises(EncoderError, match="--device cpu"):
        small.embed_images(random_pictures(2))


def test_a_model_that_does_not_fit_says_what_to_do(
    e2e_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(_model: UniCL, _device: torch.device) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(UniCL, "to", too_large)

    with pytest.raises(EncoderError, match="--device cpu"):
        load(e2e_folder, "cpu")
