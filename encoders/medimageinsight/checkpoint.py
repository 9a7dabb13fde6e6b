"""A weights file to a model and back."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from encoders.medimageinsight.config import UniCLConfig
from encoders.medimageinsight.model import UniCL
from encoders.tensors import read_tensors
from encoders.texts import Saves


def load_model(config: UniCLConfig, path: Path) -> UniCL:
    """Build the model in evaluation mode with the tensors of a safetensors file, in float32.

    The published ".pt" is read as what it is, too. Raises WeightsMismatch.
    """
    with torch.device("meta"):
        model = UniCL(config)
    model.load_state_dict(read_tensors(path, model.state_dict()), assign=True)
    return model.eval().requires_grad_(False)


def write_folder(
    folder: Path, config: str, tokenizer: Saves, weights: Mapping[str, Tensor]
) -> None:
    """Write config.yaml, tokenizer.json and weights.safetensors (float16) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    tokenizer.save(str(folder / "tokenizer.json"))
    halves = {key: value.detach().cpu().half().contiguous() for key, value in weights.items()}
    save_file(halves, folder / "weights.safetensors")
