"""Checkpoints of the transformers library as captioners, against the library's own answer."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    AutoProcessor,
    LlavaForConditionalGeneration,
    PaliGemmaForConditionalGeneration,
)

from core.errors import WeightsMismatch, WeightsMissing
from core.machine_text import Neighbour
from encoders.captioner.conversation import ASKED, LONGEST, TOLD, load, question
from tests.tiny_captioners import write_llava, write_paligemma

PIXELS = np.random.default_rng(2).integers(0, 256, (50, 40, 3), np.uint8)
NEIGHBOURS = [Neighbour(7, 0.91, "CT of the chest."), Neighbour(8, 0.5, "")]


@pytest.fixture(scope="module")
def llava(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llava")
    write_llava(folder)
    return folder


def answer(model: torch.nn.Module, folder: Path, prompt: str) -> str:
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True)
    inputs = processor(images=Image.fromarray(PIXELS), text=prompt, return_tensors="pt")
    written = model.generate(**inputs, max_new_tokens=LONGEST, do_sample=False)
    text = processor.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return text.strip()


def test_llava_says_what_the_library_says(llava: Path) -> None:
    model = LlavaForConditionalGeneration.from_pretrained(llava, dtype=torch.float32).eval()

    for told in ([], NEIGHBOURS):
        expected = answer(model, llava, f"USER: <image>\n{question(told)} ASSISTANT:")
        assert load(llava, "cpu").describe([PIXELS], [told]) == [expected]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # its processor
def test_paligemma_is_asked_for_a_caption(tmp_path: Path) -> None:
    write_paligemma(tmp_path)
    model = PaliGemmaForConditionalGeneration.from_pretrained(tmp_path, dtype=torch.float32).eval()

    expected = answer(model, tmp_path, "<image>caption en")
    assert load(tmp_path, "cpu").describe([PIXELS], [NEIGHBOURS]) == [expected]


def test_what_is_known_of_neighbours_comes_before_the_question() -> None:
    assert question([]) == ASKED
    assert question(NEIGHBOURS) == f"{TOLD}\n- CT of the chest. (similarity 0.91)\n\n{ASKED}"


def test_the_card_changes_with_the_files(llava: Path, tmp_path: Path) -> None:
    write_llava(tmp_path, "{{ messages[0]['content'][1]['text'] }}<image>")

    ours, other = load(llava, "cpu").card, load(tmp_path, "cpu").card
    assert ours.name == f"transformers:{llava.name}"
    assert ours.weights_sha256 != other.weights_sha256


def test_a_model_that_nobody_knows_how_to_ask_is_refused(tmp_path: Path) -> None:
    write_llava(tmp_path, None)

    with pytest.raises(WeightsMismatch, match="no chat template"):
        load(tmp_path, "cpu")


def test_a_pickle_is_not_opened(llava: Path, tmp_path: Path) -> None:
    for file in llava.iterdir():
        if file.suffix != ".safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")

    with pytest.raises(WeightsMissing, match="safetensors"):
        load(tmp_path, "cpu")


def test_a_damaged_checkpoint_is_named(llava: Path, tmp_path: Path) -> None:
    for file in llava.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    whole = (llava / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(WeightsMismatch, match=str(tmp_path)):
        load(tmp_path, "cpu")
