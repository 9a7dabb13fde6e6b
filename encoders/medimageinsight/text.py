"""The text tower: a CLIP-style transformer that reads the whole sentence at once.

Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision"
(2021), as MedImageInsight changes it: no causal mask, and LayerNorms with the eps of BERT.
Parameter names are those of the published checkpoint.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

from encoders.medimageinsight.config import TextConfig

LAYER_NORM_EPS = 1e-12
MLP_RATIO = 4


class QuickGELU(nn.Module):
    """The sigmoid approximation of GELU that CLIP was trained with."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise, any shape."""
        return x * torch.sigmoid(1.702 * x)


class SelfAttention(nn.Module):
    """Multi-head attention over the real tokens, in the parameter layout of PyTorch."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x: Tensor, is_real: Tensor) -> Tensor:
        """(B, L, width) and bool (B, L) -> (B, L, width); padding is never a key."""
        B, L, width = x.shape
        qkv = functional.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = qkv.view(B, L, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        keys = is_real[:, None, None, :].expand(B, 1, L, L)
        attended = functional.scaled_dot_product_attention(
            q, k, v, attn_mask=keys
        )  # (B, heads, L, d)
        merged: Tensor = self.out_proj(attended.transpose(1, 2).reshape(B, L, width))
        return merged


class ResidualBlock(nn.Module):
    """Pre-norm attention, then a pre-norm MLP."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn = SelfAttention(width, heads)
        self.ln_1 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        layers = OrderedDict[str, nn.Module](
            c_fc=nn.Linear(width, MLP_RATIO * width),
            gelu=QuickGELU(),
            c_proj=nn.Linear(MLP_RATIO * width, width),
        )
        self.mlp = nn.Sequential(layers)
        self.ln_2 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)

    def forward(self, x: Tensor, is_real: Tensor) -> Tensor:
        """(B, L, width) and bool (B, L) -> (B, L, width)."""
        x = x + self.attn(self.ln_1(x), is_real)
        out: Tensor = x + self.mlp(self.ln_2(x))
        return out


class TokenEmbedding(nn.Embedding):
    """A row for each token."""

    def reset_parameters(self) -> None:
        """Draw the rows at random, unless they are on the meta device and a file will give them.

        To draw nothing there, PyTorch would import its compiler: seconds of each start.
        """
        if not self.weight.is_meta:
            super().reset_parameters()


class TextTower(nn.Module):
    """Token ids -> the hidden state of the end-of-sequence token."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        self.positional_embedding = nn.Parameter(torch.empty(config.context_length, config.width))
        self.token_embedding = TokenEmbedding(config.vocab_size, config.width)
        self.resblocks = nn.ModuleList(
            ResidualBlock(config.width, config.heads) for _ in range(config.layers)
        )
        self.ln_final = nn.LayerNorm(config.width, eps=LAYER_NORM_EPS)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token ids (B, L) and mask (B, L), 1 for real tokens, -> features (B, width).

        L may be anything up to the context length: padding changes nothing but the time. The
        end-of-sequence token must have the highest id of the vocabulary, as it has in CLIP.
        """
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        is_real = mask.bool()
        for block in self.resblocks:
            x = block(x, is_real)
        rows = torch.arange(len(ids), device=ids.device)
        features: Tensor = self.ln_final(x[rows, ids.argmax(dim=-1)])
        return features
