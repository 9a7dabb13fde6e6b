"""Which of this machine's devices an encoder runs on, and what a person should know of them."""

import shutil
from pathlib import Path

import torch

from core.errors import InvalidRequest

NVIDIA_DEVICE = Path("/dev/nvidia0")  # the first GPU, when its driver is loaded
NVIDIA_TOOL = "nvidia-smi"  # comes with the driver, also where there is no device file (WSL)


def choose_devices(name: str) -> list[torch.device]:
    """The devices of a name, one for each replica of an encoder.

    "auto" is every GPU, else the CPU; "cuda" every GPU; "cuda:1" that one; "cpu" the CPU. Raises
    InvalidRequest.
    """
    offered = _gpus()
    chosen = {
        "auto": offered or ["cpu"],
        "cpu": ["cpu"],
        "cuda": offered,
        **{gpu: [gpu] for gpu in offered},
    }.get(name)
    if not chosen:
        raise InvalidRequest(
            f"Cannot run on {name!r}: this machine offers {' and '.join(['cpu', *offered])}. "
            "Choose one of these, or `auto`."
        )
    return [torch.device(device) for device in chosen]


def advice(name: str) -> str | None:
    """One sentence when a GPU of this machine is left unused, or "auto" found none; else None."""
    if name == "cpu":
        return _unused_gpu()
    if _gpus():
        return None
    return _unusable_gpu() or "No GPU was found: the encoder runs on the CPU."


def _gpus() -> list[str]:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return [f"cuda:{index}" for index in range(count)]


def _unused_gpu() -> str | None:
    if not _gpus():
        return None
    return "The encoder runs on the CPU as asked, though there is a GPU: `--device auto` takes it."


def _unusable_gpu() -> str | None:
    if not NVIDIA_DEVICE.exists() and shutil.which(NVIDIA_TOOL) is None:
        return None
    if torch.version.cuda is None:
        return (
            f"This machine has a GPU, but PyTorch {torch.__version__} was built without CUDA, so "
            "the encoder runs on the CPU: install a build with CUDA from https://pytorch.org."
        )
    return (
        f"This machine has a GPU, but PyTorch {torch.__version__} (CUDA {torch.version.cuda}) "
        f"cannot use it, so the encoder runs on the CPU: see what `{NVIDIA_TOOL}` says of the "
        "driver."
    )
