"""A weights file to a model and back.

Strictly: every tensor by name and shape, and no code is ever run.
"""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.errors import WeightsMismatch
from encoders.medimageinsight.config import UniCLConfig
from encoders.medimageinsight.model import UniCL

DTYPES = ("F32", "F16", "BF16")
NAMED_AT_MOST = 3  # tensors that a message names before it only counts
# First bytes of what turns up where safetensors should be, and what to say of it.
LOOKALIKES = {
    b"PK\x03\x04": "a zip or PyTorch pickle, which could run code and is never opened",
    b"\x80": "a Python pickle, which could run code and is never opened",
    b"version https://git-lfs": "a Git LFS pointer, not the weights themselves",
    b"<": "a web page, not the weights themselves",
}


def load_model(config: UniCLConfig, path: Path) -> UniCL:
    """Build the model in evaluation mode with the tensors of a safetensors file, in float32.

    The format is told by content, so the published ".pt" is read as what it is. float32 tensors
    stay mapped to the file until they are used. Raises WeightsMismatch.
    """
    _require_safetensors(path)
    with torch.device("meta"):
        model = UniCL(config)
    try:
        _require_same_tensors(path, model.state_dict())
        tensors = load_file(path)
    except SafetensorError as error:
        raise _mismatch(path, f"it is damaged or cut short ({error})") from error
    model.load_state_dict({key: tensor.float() for key, tensor in tensors.items()}, assign=True)
    return model.eval().requires_grad_(False)


class Saves(Protocol):
    """What can write itself as tokenizer.json."""

    def save(self, path: str) -> None:
        """Write the file."""


def write_folder(
    folder: Path, config: str, tokenizer: Saves, weights: Mapping[str, Tensor]
) -> None:
    """Write config.yaml, tokenizer.json and weights.safetensors (float16) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    tokenizer.save(str(folder / "tokenizer.json"))
    halves = {key: value.detach().cpu().half().contiguous() for key, value in weights.items()}
    save_file(halves, folder / "weights.safetensors")


def _require_safetensors(path: Path) -> None:
    """Check the opening: the length of the header (8 bytes, little endian), then its JSON."""
    with path.open("rb") as file:
        head = file.read(64)
    for magic, what in LOOKALIKES.items():
        if head.startswith(magic) and head[8:9] != b"{":
            raise _mismatch(path, f"it is {what}")
    if len(head) < 9 or head[8:9] != b"{":
        raise _mismatch(path, "it is not in the safetensors format")
    (header,) = struct.unpack("<Q", head[:8])
    if header > path.stat().st_size - 8:
        raise _mismatch(path, "it is cut short")


def _require_same_tensors(path: Path, expected: Mapping[str, Tensor]) -> None:
    with safe_open(path, framework="pt") as file:
        found = {key: file.get_slice(key) for key in file.keys()}  # noqa: SIM118 (not a mapping)
        shapes = {key: tuple(tensor.get_shape()) for key, tensor in found.items()}
        dtypes = {key: tensor.get_dtype() for key, tensor in found.items()}
    _refuse(path, "lacks", expected.keys() - shapes.keys())
    _refuse(path, "has unknown", shapes.keys() - expected.keys())
    _refuse(
        path,
        "has wrongly shaped",
        {
            f"{key} {list(shapes[key])} instead of {list(tensor.shape)}"
            for key, tensor in expected.items()
            if shapes[key] != tuple(tensor.shape)
        },
    )
    _refuse(
        path,
        f"has (expected {', '.join(DTYPES)})",
        {f"{key} in {dtype}" for key, dtype in dtypes.items() if dtype not in DTYPES},
    )


def _refuse(path: Path, verb: str, names: set[str]) -> None:
    if not names:
        return
    shown = ", ".join(sorted(names)[:NAMED_AT_MOST])
    more = len(names) - NAMED_AT_MOST
    raise _mismatch(path, f"it {verb} tensors: {shown}" + (f" and {more} more" if more > 0 else ""))


def _mismatch(path: Path, why: str) -> WeightsMismatch:
    return WeightsMismatch(
        f"Cannot load {path}: {why}. It must be the safetensors file that belongs to the "
        "config.yaml beside it; fetch it again."
    )
