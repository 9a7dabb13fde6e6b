"""The dual encoder of transformers' ResNet and BERT, with its fusion block."""

import torch
from torch import Tensor, nn
from transformers import BertModel, ResNetModel

from encoders.layered import Layer
from encoders.resnet_bert.config import ResNetBertConfig
from encoders.resnet_bert.fusion import Fusion
from encoders.towers import LOWERED, DualTowers, unit


class ResNetBert(DualTowers):
    """Images and texts to unit rows, and to tokens that the fusion block reads together."""

    def __init__(self, config: ResNetBertConfig) -> None:
        """Build with untrained values: load a checkpoint to use it."""
        super().__init__()
        self.dim = config.projection
        self.image = ResNetModel(config.image)
        self.text = BertModel(config.text, add_pooling_layer=False)
        self.image_projection = nn.Linear(config.image.hidden_sizes[-1], config.projection)
        self.text_projection = nn.Linear(config.text.hidden_size, config.projection)
        self.fusion = Fusion(config.projection, config.heads, config.layers)
        self.logit_scale = nn.Parameter(torch.zeros(()))
        self.logit_bias = nn.Parameter(torch.zeros(())) if config.has_bias else None

    @property
    def picture_layers(self) -> nn.Module:
        """The image tower."""
        image: nn.Module = self.image
        return image

    def layers(self) -> tuple[list[Layer], list[Layer]]:
        """The stages of the image tower, and the blocks of the text tower, each in order."""
        stages = [[stage] for stage in self.image.encoder.stages]
        blocks = [[block] for block in self.text.encoder.layer]
        return [[self.image.embedder], *stages], [[self.text.embeddings], *blocks]

    def lower(self) -> None:
        """Keep the image tower in bfloat16."""
        self.image.to(LOWERED)

    def encode_images(self, pixels: Tensor) -> Tensor:
        """Normalised pixels (B, 3, H, W) -> float32 unit rows (B, dim)."""
        return self.row_of_image(self.see(pixels))

    def encode_regions(self, pixels: Tensor) -> Tensor:
        """What each token adds to a row: (B, 3, H, W) -> float32 (B, H', W', dim).

        The mean over the tokens is the row that `encode_images` gives.
        """
        tokens = self._map(pixels)
        lengths = torch.linalg.vector_norm(tokens.mean(dim=(1, 2)), dim=-1)
        regions: Tensor = tokens / lengths[:, None, None, None]
        return regions

    def encode_texts(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids and mask (B, L), True for real tokens, -> float32 unit rows (B, dim)."""
        return self.row_of_text(self.read(ids, mask))

    def see(self, pixels: Tensor) -> Tensor:
        """The tokens of pictures: (B, 3, H, W) -> (B, N, dim)."""
        return self._map(pixels).flatten(1, 2)

    def read(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The tokens of texts: ids and mask (B, L) -> (B, L, dim)."""
        hidden = self.text(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        tokens: Tensor = self.text_projection(hidden)
        return tokens

    def row_of_image(self, seen: Tensor) -> Tensor:
        """Unit rows of pictures from their tokens: (B, N, dim) -> (B, dim)."""
        return unit(seen.float().mean(dim=1))

    def row_of_text(self, read: Tensor) -> Tensor:
        """Unit rows of texts from their tokens: (B, L, dim) -> (B, dim)."""
        return unit(read[:, 0])

    def match(self, seen: Tensor, read: Tensor, is_real: Tensor) -> Tensor:
        """How well texts fit pictures, by the tokens of both: logits (B,)."""
        cosines = (self.row_of_image(seen) * self.row_of_text(read)).sum(dim=1)
        logits: Tensor = self.fusion(seen, read, is_real, cosines)
        return logits

    def _map(self, pixels: Tensor) -> Tensor:
        """(B, 3, H, W) -> (B, H', W', dim)."""
        channels = self.image(pixel_values=pixels).last_hidden_state  # (B, C, H', W')
        tokens: Tensor = self.image_projection(channels.permute(0, 2, 3, 1).to(self._kept))
        return tokens

    @property
    def _kept(self) -> torch.dtype:
        """What the projections are kept in, whatever the image tower computes in."""
        return self.image_projection.weight.dtype
