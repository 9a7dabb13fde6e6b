"""The dual encoder: both towers, their projections into one space, and its temperature.

Source: Yang et al., "Unified Contrastive Learning in Image-Text-Label Space" (UniCL, CVPR 2022).
"""

import math

import torch
from torch import Tensor, nn

from encoders.layered import Layer
from encoders.medimageinsight.config import UniCLConfig
from encoders.medimageinsight.davit import DaViT
from encoders.medimageinsight.lowered import lower
from encoders.medimageinsight.text import SelfAttention, TextTower
from encoders.towers import DualTowers, unit

CLIP_TEMPERATURE = 0.07


class UniCL(DualTowers):
    """Images and texts to unit vectors whose inner product is their cosine."""

    def __init__(self, config: UniCLConfig) -> None:
        """Build with untrained values: load a checkpoint, or call `initialise` to train."""
        super().__init__()
        self.dim = config.projection
        self.image_encoder = DaViT(config.image)
        self.lang_encoder = TextTower(config.text)
        self.image_projection = nn.Parameter(torch.empty(config.image.dims[-1], config.projection))
        self.lang_projection = nn.Parameter(torch.empty(config.text.width, config.projection))
        self.logit_scale = nn.Parameter(torch.zeros(()))
        self.logit_bias = nn.Parameter(torch.zeros(())) if config.has_bias else None

    @property
    def picture_layers(self) -> DaViT:
        """The image tower."""
        return self.image_encoder

    def lower(self) -> None:
        """Keep the image tower in bfloat16."""
        lower(self.image_encoder)

    def layers(self) -> tuple[list[Layer], list[Layer]]:
        """The stages of the image tower, and the blocks of the text tower, each in order."""
        image, text = self.image_encoder, self.lang_encoder
        stages = zip(image.convs, image.blocks, strict=True)
        words: Layer = [text.token_embedding, text.positional_embedding]
        return [list(stage) for stage in stages], [words, *([block] for block in text.resblocks)]

    def encode_images(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, H, W) -> float32 unit rows (B, projection)."""
        features: Tensor = self.image_encoder(pixels)
        return unit(features @ self.image_projection)

    def encode_regions(self, pixels: Tensor) -> Tensor:
        """What each token adds to a picture's row: (B, 3, H, W) -> float32 (B, H', W', projection).

        The mean over the tokens is the row that `encode_images` gives.
        """
        parts: Tensor = self.image_encoder.parts(pixels)
        projected = (parts @ self.image_projection).float()
        lengths = torch.linalg.vector_norm(projected.mean(dim=(1, 2)), dim=-1)
        regions: Tensor = projected / lengths[:, None, None, None]
        return regions

    def encode_texts(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids and mask (B, L) -> float32 unit rows (B, projection)."""
        features: Tensor = self.lang_encoder(ids, mask)
        return unit(features @ self.lang_projection)


def initialise(model: UniCL) -> None:
    """Give every parameter its value at the start of training, as CLIP and DaViT do."""
    for module in model.modules():
        _initialise_layer(module)
    for projection in (model.image_projection, model.lang_projection):
        nn.init.normal_(projection, std=projection.shape[0] ** -0.5)
    nn.init.normal_(model.lang_encoder.positional_embedding, std=0.01)
    nn.init.constant_(model.logit_scale, math.log(1 / CLIP_TEMPERATURE))


def _initialise_layer(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Conv2d):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, SelfAttention):
        nn.init.trunc_normal_(module.in_proj_weight, std=0.02)
        nn.init.zeros_(module.in_proj_bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    elif isinstance(module, nn.LayerNorm):
        module.reset_parameters()
