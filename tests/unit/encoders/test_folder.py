"""Finding the parts of a model in its folder."""

from pathlib import Path

import pytest

from core.errors import WeightsMismatch, WeightsMissing
from encoders.medimageinsight.folder import ModelFolder, open_folder

CLIP = "language_model/clip_tokenizer_4.16.2"
PUBLISHED = (
    "config.yaml",
    "vision_model/medimageinsigt-v1.0.0.pt",
    f"{CLIP}/vocab.json",
    f"{CLIP}/merges.txt",
)


def make(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


def test_the_published_layout_is_found(tmp_path: Path) -> None:
    release = make(tmp_path / "2024.09.27", *PUBLISHED)

    expected = ModelFolder(release / PUBLISHED[0], release / PUBLISHED[1], release / CLIP)
    assert open_folder(tmp_path, "") == expected
    assert open_folder(release, "") == expected


@pytest.mark.parametrize("checkpoint", ["w.pt", "w.safetensors"])
@pytest.mark.parametrize("tokenizer", [("vocab.json", "merges.txt"), ("tokenizer.json",)])
def test_files_side_by_side_are_found(
    tmp_path: Path, checkpoint: str, tokenizer: tuple[str, ...]
) -> None:
    make(tmp_path, "config.yaml", checkpoint, *tokenizer)

    found = open_folder(tmp_path, "")

    assert found == ModelFolder(tmp_path / "config.yaml", tmp_path / checkpoint, tmp_path)


def test_every_missing_part_is_named_with_the_folder_and_the_remedy(tmp_path: Path) -> None:
    make(tmp_path, "vocab.json", "weights.bin")  # half a tokenizer, and no known suffix

    with pytest.raises(WeightsMissing) as caught:
        open_folder(tmp_path, "Fetch it.")

    assert str(caught.value) == (
        f"{tmp_path} has no config.yaml and no weights and no tokenizer. Fetch it."
    )


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="nowhere"):
        open_folder(tmp_path / "nowhere", "")


def test_two_checkpoints_are_not_guessed_between(tmp_path: Path) -> None:
    make(tmp_path, "config.yaml", "tokenizer.json", "a.pt", "b.safetensors")

    with pytest.raises(WeightsMismatch, match=r"a\.pt, b\.safetensors"):
        open_folder(tmp_path, "")
