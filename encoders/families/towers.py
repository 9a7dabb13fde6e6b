"""The models of transformers as towers."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from encoders.layered import Layer
from encoders.towers import LOWERED, DualTowers, ImageTower, unit


class FamilyTowers(DualTowers):
    """A dual model of transformers, such as CLIPModel. It is `model`, but for the logits."""

    def __init__(self, model: Any, dim: int) -> None:
        """Take over a model; its temperature and offset become those of the towers."""
        super().__init__()
        self.dim = dim
        self.logit_scale = model.logit_scale
        self.logit_bias = getattr(model, "logit_bias", None)
        for name in LOGITS:
            model._parameters.pop(name, None)  # each is the parameter of one module alone
        self.model: Any = model

    @property
    def picture_layers(self) -> nn.Module:
        """The vision model, without its projection."""
        layers: nn.Module = self.model.vision_model
        return layers

    def encode_images(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, H, W) -> float32 unit rows (B, dim)."""
        return unit(self.model.get_image_features(pixel_values=pixels).pooler_output)

    def encode_texts(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids and mask (B, L), True for real tokens, -> float32 unit rows (B, dim)."""
        features = self.model.get_text_features(input_ids=ids, attention_mask=mask.long())
        return unit(features.pooler_output)

    def layers(self) -> list[list[Layer]]:
        """Of each tower what embeds, then its layers; norms at its end and projections follow."""
        vision, text = self.model.vision_model, self.model.text_model
        before = [getattr(vision, "pre_layrnorm", None), getattr(vision, "embeddings", None)]
        return [
            [[part for part in before if part is not None], *([each] for each in _blocks(vision))],
            [[text.embeddings], *([each] for each in _blocks(text))],
        ]

    def lower(self) -> None:
        """Keep the vision model and its projection in bfloat16."""
        self.model.vision_model.to(LOWERED)
        if hasattr(self.model, "visual_projection"):
            self.model.visual_projection.to(LOWERED)


class FamilyImageTower(ImageTower):
    """A vision model of transformers, such as Dinov2Model."""

    def __init__(self, model: Any, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.model: Any = model

    @property
    def picture_layers(self) -> nn.Module:
        """All of it."""
        layers: nn.Module = self.model
        return layers

    def encode_images(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, H, W) -> float32 unit rows (B, dim)."""
        return unit(self.model(pixel_values=pixels).pooler_output)

    def lower(self) -> None:
        """Keep it in bfloat16."""
        self.model.to(LOWERED)


def _blocks(tower: Any) -> list[nn.Module]:
    """The layers of a transformer, the first one first."""
    stack = getattr(tower, "encoder", tower)
    return list(getattr(stack, "layers", None) or stack.layer)


LOGITS = ("logit_scale", "logit_bias")
PREFIX = "model."


def of_model(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights under the names of FamilyTowers -> under those of the model inside."""
    return {name.removeprefix(PREFIX): tensor for name, tensor in weights.items()}


@torch.no_grad()
def see_at(embeddings: Any, config: Any, side: int) -> None:
    """Let the embeddings of a vision model take pictures of `side` pixels, from now on.

    Their positions, learnt on a grid of patches, are interpolated once as transformers does it at
    each call with `interpolate_pos_encoding`; the configuration is changed with them. What has no
    table of position ids, as DINOv2 and ViT, does it at each call.
    """
    if not hasattr(embeddings, "position_ids") or embeddings.image_size == side:
        return
    config.image_size = side
    patches = (side // embeddings.patch_size) ** 2
    others = embeddings.num_positions - embeddings.num_patches
    width = embeddings.position_embedding.weight.shape[1]
    stand_in = torch.empty(1, patches + others, width)
    table = embeddings.interpolate_pos_encoding(stand_in, side, side)[0]
    embeddings.position_embedding = nn.Embedding(
        len(table), width, _weight=table.clone()
    ).requires_grad_(False)
    embeddings.position_ids = torch.arange(len(table)).expand((1, -1))
    embeddings.image_size = side
    embeddings.num_patches, embeddings.num_positions = patches, len(table)
