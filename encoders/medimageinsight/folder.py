"""Where the files of a model are inside its folder: as published, or all side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import WeightsMismatch, WeightsMissing

PUBLISHED = "2024.09.27"  # the folder inside lion-ai/MedImageInsights that holds everything
SUFFIXES = (".safetensors", ".pt")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """The three parts of a model on disk."""

    config: Path
    checkpoint: Path
    tokenizer: Path  # a folder


def open_folder(folder: Path, remedy: str) -> ModelFolder:
    """Find the parts of a model; `remedy` ends the message when one is missing.

    Raises WeightsMissing, or WeightsMismatch when there is more than one checkpoint.
    """
    root = folder / PUBLISHED if (folder / PUBLISHED).is_dir() else folder
    config = root / "config.yaml"
    checkpoints = _checkpoints([root, root / "vision_model"])
    tokenizers = _tokenizers([root, *sorted(root.glob("language_model/*"))])
    parts = {"config.yaml": config.is_file(), "weights": checkpoints, "tokenizer": tokenizers}
    missing = [name for name, found in parts.items() if not found]
    if missing:
        raise WeightsMissing(f"{folder} has no {' and no '.join(missing)}. {remedy}")
    if len(checkpoints) > 1:
        names = ", ".join(path.name for path in checkpoints)
        raise WeightsMismatch(f"{folder} has several weights files: {names}. Keep one of them.")
    return ModelFolder(config, checkpoints[0], tokenizers[0])


def _checkpoints(folders: Iterable[Path]) -> list[Path]:
    found = [path for folder in folders for path in sorted(folder.glob("*"))]
    return [path for path in found if path.suffix in SUFFIXES and path.is_file()]


def _tokenizers(folders: Iterable[Path]) -> list[Path]:
    return [folder for folder in folders if _has_tokenizer(folder)]


def _has_tokenizer(folder: Path) -> bool:
    both = (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file()
    return both or (folder / "tokenizer.json").is_file()
