"""Reading a weights file, strictly: every tensor by name and shape, and no code is ever run."""

import struct
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from core.errors import WeightsMismatch

DTYPES = ("F32", "F16", "BF16")
NAMED_AT_MOST = 3  # tensors that a message names before it only counts
# First bytes of what turns up where safetensors should be, and what to say of it.
LOOKALIKES = {
    b"PK\x03\x04": "a zip or PyTorch pickle, which could run code and is never opened",
    b"\x80": "a Python pickle, which could run code and is never opened",
    b"version https://git-lfs": "a Git LFS pointer, not the weights themselves",
    b"<": "a web page, not the weights themselves",
}


def read_tensors(path: Path, expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a safetensors file in float32: those expected, by name and shape, no others.

    The format is told by content, whatever the file is called. float32 tensors stay mapped to the
    file until they are used. Raises WeightsMismatch.
    """
    require_safetensors(path)
    try:
        _require_same_tensors(path, expected)
        tensors = load_file(path)
    except SafetensorError as error:
        raise _mismatch(path, f"it is damaged or cut short ({error})") from error
    return {key: tensor.float() for key, tensor in tensors.items()}


def require_safetensors(path: Path) -> None:
    """Raise WeightsMismatch for another format.

    Looked at is the opening: the length of the header (8 bytes, little endian), then its JSON.
    """
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
        "configuration beside it; fetch it again."
    )
