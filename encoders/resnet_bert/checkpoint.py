"""The weights of a ResNet and BERT encoder on disk."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers.initialization import no_init_weights

from encoders.resnet_bert.config import ResNetBertConfig
from encoders.resnet_bert.model import ResNetBert
from encoders.tensors import read_tensors
from encoders.texts import Saves

COUNTER = "num_batches_tracked"  # of batch norms: of no use with a momentum


def load_model(config: ResNetBertConfig, path: Path) -> ResNetBert:
    """Build the model in evaluation mode with the tensors of a file. WeightsMismatch."""
    with no_init_weights():
        model = ResNetBert(config)
    tensors = read_tensors(path, kept(model.state_dict()))
    model.load_state_dict(tensors, strict=False)  # the counters stay
    return model.eval().requires_grad_(False)


def write_folder(
    folder: Path, config: str, tokenizer: Saves, weights: Mapping[str, Tensor]
) -> None:
    """Write config.json, tokenizer.json and weights.safetensors: float16, statistics in float32."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config, encoding="utf-8")
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file(
        {key: _stored(key, value) for key, value in kept(weights).items()},
        folder / "weights.safetensors",
    )


def kept(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What a file holds of a model."""
    return {key: value for key, value in weights.items() if not key.endswith(COUNTER)}


def _stored(key: str, value: Tensor) -> Tensor:
    """Variances of maps exceed what float16 holds."""
    is_statistic = key.endswith(("running_mean", "running_var"))
    dtype = torch.float32 if is_statistic else torch.float16
    return value.detach().cpu().to(dtype).contiguous()
