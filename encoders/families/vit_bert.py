"""A ViT and a BERT of transformers with projections, as open_clip trains them: BiomedCLIP's shape.

transformers itself has no class with such projections. Source: `CustomTextCLIP`, `TimmModel` and
`HFTextEncoder` of open_clip.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
import transformers
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutputWithPooling

from core.errors import WeightsMismatch
from encoders.families.folder import CONFIG, FamilyFolder
from encoders.tensors import read_tensors

MODEL_TYPE: Final = "radseek_vit_bert"
LAYER_NORM_EPS: Final = 1e-6  # of timm's ViT


@dataclass(frozen=True, slots=True)
class VitBertConfig:
    """The numbers that shape a model."""

    vision_config: Any  # transformers.ViTConfig
    text_config: Any  # transformers.BertConfig
    projection_dim: int
    hidden_dim: int  # between the two products that project texts
    context_length: int

    def save_pretrained(self, folder: Path) -> None:
        """Write config.json, as the configurations of transformers do."""
        fields = {
            "model_type": MODEL_TYPE,
            "vision_config": self.vision_config.to_dict(),
            "text_config": self.text_config.to_dict(),
            "projection_dim": self.projection_dim,
            "hidden_dim": self.hidden_dim,
            "context_length": self.context_length,
        }
        (folder / CONFIG).write_text(json.dumps(fields, indent=1), encoding="utf-8")


class VitBert(nn.Module):
    """Pictures and texts to rows in one space, not of unit length."""

    def __init__(self, config: VitBertConfig) -> None:
        super().__init__()
        self.config = config
        width = config.text_config.hidden_size
        self.vision_model = transformers.ViTModel(config.vision_config, add_pooling_layer=False)
        self.visual_projection = nn.Linear(
            config.vision_config.hidden_size, config.projection_dim, bias=False
        )
        self.text_model = transformers.BertModel(config.text_config, add_pooling_layer=False)
        self.text_projection = nn.Sequential(
            nn.Linear(width, config.hidden_dim, bias=False),
            nn.GELU(),
            nn.Linear(config.hidden_dim, config.projection_dim, bias=False),
        )
        self.logit_scale = nn.Parameter(torch.zeros(()))

    def get_image_features(self, pixel_values: Tensor) -> BaseModelOutputWithPooling:
        """Normalised pixels (B, 3, H, W) -> rows (B, projection_dim), in `pooler_output`.

        Positions are interpolated for another resolution than that of the training.
        """
        seen = self.vision_model(pixel_values=pixel_values, interpolate_pos_encoding=True)
        row = self.visual_projection(seen.last_hidden_state[:, 0])
        return BaseModelOutputWithPooling(pooler_output=row)

    def get_text_features(
        self, input_ids: Tensor, attention_mask: Tensor
    ) -> BaseModelOutputWithPooling:
        """Token ids and mask (B, L) -> rows (B, projection_dim), in `pooler_output`."""
        read = self.text_model(input_ids=input_ids, attention_mask=attention_mask)
        row = self.text_projection(read.last_hidden_state[:, 0])
        return BaseModelOutputWithPooling(pooler_output=row)


def read_vit_bert(files: FamilyFolder) -> VitBert:
    """The model of a folder that `radseek encoders convert` wrote. Raises WeightsMismatch."""
    fields = files.config
    try:
        config = VitBertConfig(
            transformers.ViTConfig.from_dict(fields["vision_config"]),
            transformers.BertConfig.from_dict(fields["text_config"]),
            int(fields["projection_dim"]),
            int(fields["hidden_dim"]),
            int(fields["context_length"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsMismatch(
            f"Cannot use {files.folder / CONFIG} ({type(error).__name__}: {error}). "
            "Convert the folder of open_clip again."
        ) from error
    model = VitBert(config)
    model.load_state_dict(read_tensors(files.weights[0], model.state_dict()))
    return model
