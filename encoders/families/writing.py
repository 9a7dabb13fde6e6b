"""Towers back to a folder that the same family is read from."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from safetensors.torch import save_file
from torch import Tensor

from encoders.families.folder import WEIGHTS, FamilyFolder, Origin, origin_of, write_note
from encoders.families.pixels import Statistics
from encoders.families.preprocess import Fit
from encoders.families.towers import of_model

TOKENIZER_FILES: Final = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "merges.txt", "vocab.txt", "spiece.model"),
)


def write_folder(
    files: FamilyFolder,
    config: Any,
    fit: Fit,
    statistics: Statistics,
    folder: Path,
    weights: Mapping[str, Tensor],
) -> None:
    """Write a folder like `files`, with other weights: those of FamilyTowers, as float32.

    `config` is of transformers and writes itself. The folder does not bear the old one's name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER_FILES:
        if (files.folder / name).is_file():
            shutil.copyfile(files.folder / name, folder / name)
    config.save_pretrained(folder)
    write_processor(folder, fit, statistics)
    write_note(folder, Origin(licence=origin_of(files.folder).licence))
    tensors = {name: tensor.detach().cpu() for name, tensor in of_model(weights).items()}
    whole = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
    save_file(whole, folder / WEIGHTS, metadata={"format": "pt"})


def write_processor(folder: Path, fit: Fit, statistics: Statistics) -> None:
    """Write preprocessor_config.json."""
    settings: dict[str, Any] = {
        "do_convert_rgb": True,
        "do_resize": True,
        "size": _size(fit.resized),
        "resample": int(fit.filter),
        "do_center_crop": fit.crop is not None,
        "do_rescale": True,
        "rescale_factor": statistics.factor,
        "do_normalize": True,
        "image_mean": list(statistics.mean),
        "image_std": list(statistics.std),
    }
    if fit.crop is not None:
        settings["crop_size"] = _size(fit.crop)
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps(settings, indent=1), encoding="utf-8")


def _size(size: tuple[int, int] | int) -> dict[str, int]:
    if isinstance(size, int):
        return {"shortest_edge": size}
    return {"height": size[0], "width": size[1]}
